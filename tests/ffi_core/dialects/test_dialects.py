"""What all dialects share: every type has its meaning, every call is found by the name that it was imported under."""

from __future__ import annotations

import pytest

from ffi_core.dialects import DIALECTS, Dialect, mentions_bindings, read
from ffi_core.model import DlopenCall, Span, Text
from ffi_core.types import NATIVE_TYPES

EVERY_DIALECT = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)


KOFFI = """import koffi from "koffi"; const schema = SCHEMA.f;
    koffi.load("libx.so").func("f", schema.result, schema.parameters);"""


def only_call(source: str, suffix: str = ".ts") -> DlopenCall:
    (call,) = read(source.encode(), f"example{suffix}")
    return call


def text(call: DlopenCall, span: Span) -> str:
    return call.source[span.start : span.end].decode()


def opening(dialect: Dialect, schema: str) -> str:
    if dialect.name == "koffi":
        return KOFFI.replace("SCHEMA", schema)
    imports = {"bun": 'import { dlopen } from "bun:ffi";', "node": 'import { dlopen } from "node:ffi";'}
    callee = {"porffor": "Porffor.dlopen", "deno": "Deno.dlopen"}.get(dialect.name, "dlopen")
    return f'{imports.get(dialect.name, "")} {callee}("libx.so", {schema});'


@EVERY_DIALECT
def test_every_type_means_a_native_type_and_is_read_as_such(dialect: Dialect) -> None:
    for word, native in dialect.types.items():
        field = dialect.result if native == "void" else dialect.parameters
        number = next(spelling for spelling, meaning in dialect.types.items() if meaning == "i32")
        entry = {dialect.parameters: "[]", dialect.result: f'"{number}"'}
        entry[field] = f'"{word}"' if native == "void" else f'["{word}"]'
        schema = "{ f: { " + ", ".join(f"{key}: {value}" for key, value in entry.items()) + " } }"
        (found,) = only_call(opening(dialect, schema)).declarations
        if native is None:
            assert found.declaration is None
            continue
        assert found.declaration is not None, word
        assert found.declaration.signature is not None
        types = (*found.declaration.signature.parameters, found.declaration.signature.result)
        assert NATIVE_TYPES[native] in types


@EVERY_DIALECT
def test_the_dialects_own_words_are_never_improved(dialect: Dialect) -> None:
    assert set(dialect.required) <= set(dialect.fields)
    assert {dialect.parameters, dialect.result} <= set(dialect.fields)
    assert dialect.nearest_type("nothing like it") is None
    for word in ("int", "char *", "size_t", "cstring", "double", "uint8_t", "void *"):
        nearest = dialect.nearest_type(word)
        assert nearest is None or nearest in dialect.types


@EVERY_DIALECT
def test_a_text_without_its_entry_point_is_passed_over(dialect: Dialect) -> None:
    assert not dialect.may_be_in(b"import { dlopen } from './mine'; dlopen('x', {});")
    assert dialect.may_be_in(opening(dialect, "{}").encode())


@pytest.mark.parametrize(
    "source",
    [
        "import { dlopen } from 'FFI'; dlopen('libx.so', { f: {} });",
        "import { dlopen as open } from 'FFI'; open('libx.so', { f: {} });",
        "import * as ffi from 'FFI'; ffi.dlopen('libx.so', { f: {} });",
        "import * as ffi from 'FFI'; const { dlopen: open } = ffi; open('libx.so', { f: {} });",
        "import ffi from 'FFI'; ffi.dlopen('libx.so', { f: {} });",
        "import { 'dlopen' as open } from 'FFI'; open('libx.so', { f: {} });",
        "const ffi = require('FFI'); ffi['dlopen']('libx.so', { f: {} });",
        "const { dlopen } = require(\"FFI\"); dlopen('libx.so', { f: {} });",
        "require('FFI').dlopen('libx.so', { f: {} });",
        "const ffi = await import('FFI'); ffi.dlopen('libx.so', { f: {} });",
        "const { dlopen } = await import('FFI'); dlopen('libx.so', { f: {} });",
        "(await import('FFI')).dlopen('libx.so', { f: {} });",
        "import ffi = require('FFI'); ffi.dlopen('libx.so', { f: {} });",
        "import { dlopen } from 'FFI'; const open = dlopen; open('libx.so', { f: {} });",
        "let ffi; ffi = require('FFI'); ffi.dlopen('libx.so', { f: {} });",
        "import { dlopen } from 'FFI'; function g() { return dlopen('libx.so', { f: {} }); }",
        "import { dlopen } from 'FFI'; const lib = dlopen('libx.so', { f: {",
    ],
)
@pytest.mark.parametrize("module", ["bun:ffi", "node:ffi"])
def test_a_call_is_found_by_whatever_name_it_was_imported(source: str, module: str) -> None:
    call = only_call(source.replace("FFI", module))
    assert call.dialect == module.removesuffix(":ffi")
    assert isinstance(call.library, Text)


@pytest.mark.parametrize(
    "source",
    [
        "import { dlopen } from './mine'; import 'bun:ffi'; dlopen('x', { f: {} });",
        "import { dlopen } from 'bun:ffi'; function g(dlopen) { dlopen('x', { f: {} }); }",
        "import type { Library } from 'bun:ffi'; dlopen('x', { f: {} });",
        "let ffi = require('bun:ffi'); ffi = other; ffi.dlopen('x', { f: {} });",
        "const s = 'bun:ffi'; dlopen('x', { f: {} });",
        "import { dlopen } from 'bun:ffi/extra'; dlopen('x', { f: {} });",
        "export { dlopen } from 'bun:ffi';",
        "const Deno = { dlopen() {} }; Deno.dlopen('x', { f: {} });",
        "import { FFIType } from 'bun:ffi'; FFIType.dlopen('x', {});",
    ],
)
def test_a_function_of_the_same_name_is_none(source: str) -> None:
    assert read(source.encode(), "a.ts") == ()


@pytest.mark.parametrize(
    "use",
    [
        "lib.symbols.f(1);",
        'lib.symbols["f"](1);',
        "lib?.symbols?.f(1);",
        "const { symbols } = lib; symbols.f(1);",
        "const { symbols: s } = lib; s.f(1);",
        "const { symbols: { f } } = lib; f(1);",
        "const { symbols: { f: g = null } } = lib; g(1);",
        "const { f } = lib.symbols; f(1);",
        "const f = lib; const g = f.symbols; g.f(1);",
        "let late; late = lib; late.symbols.f(1);",
        "(lib as any).symbols.f(1);",
        "(lib.symbols.f as any)(1);",
        "const f = lib.symbols.f; f(1);",
        "const g = (lib.symbols.f as any); g(1);",
    ],
)
@pytest.mark.parametrize("how", ["const lib = ", "let lib = ", "var lib = ", "using lib = "])
def test_a_call_of_a_symbol_is_found_however_it_is_reached(use: str, how: str) -> None:
    call = only_call(f'{how}Deno.dlopen("x", {{ f: {{ parameters: ["i32"], result: "i32" }} }});\n{use}')
    assert [site.symbol for site in call.calls] == ["f"]
    assert {name for name, _ in call.uses} == {"f"}


def test_a_library_in_a_variable_that_is_set_twice_is_not_followed() -> None:
    source = (
        'let lib; if (a) lib = Deno.dlopen("x", { f: {} }); else lib = Deno.dlopen("y", { f: {} }); lib.symbols.f();'
    )
    assert [call.calls for call in read(source.encode(), "a.ts")] == [(), ()]


def test_deno_statics_options_and_structs_are_declared() -> None:
    call = only_call(
        """const lib = globalThis.Deno.dlopen(new URL("libx.so", import.meta.url), {
          a: { type: "pointer" },
          b: { parameters: [{ struct: ["u8", "f64"] }], result: "void", nonblocking: true, optional: true, name: "c" },
          d: { parameters: [] },
        } as const);"""
    )
    assert isinstance(call.library, Text)
    assert call.library.value == "./libx.so"
    a, b, d = (entry.declaration for entry in call.declarations)
    assert a is not None
    assert str(a) == "a: pointer"
    assert b is not None
    assert (b.symbol, b.optional, b.nonblocking, str(b.signature)) == ("c", True, True, "({struct: [u8, f64]}) -> void")
    assert d is None


def test_bun_numbers_and_ffitype_are_types_and_other_entries_have_no_library() -> None:
    source = """import { dlopen, linkSymbols, cc, FFIType, suffix } from "bun:ffi";
    const { ptr } = FFIType;
    const T = FFIType;
    dlopen(`libx.${suffix}`, { f: { args: [ptr, T.cstring, 9, "int"], returns: FFIType.void } });
    linkSymbols({ g: { args: ["i32"], ptr: address } });
    cc({ source: "x.c", symbols: { h: { returns: "i32" } } });"""
    first, second, third = read(source.encode(), "a.ts")
    assert isinstance(first.library, Text)
    assert first.library.value.startswith("libx.")
    assert str(first.declarations[0].declaration) == "f(pointer, buffer, f64, i32) -> void"
    assert (second.library, [entry.name for entry in second.declarations]) == (None, ["g"])
    assert (third.library, str(third.declarations[0].declaration)) == (None, "h() -> i32")


def test_node_libraries_give_functions_in_three_ways() -> None:
    source = """import { dlopen, DynamicLibrary } from "node:ffi";
    const { lib, functions: { f } } = dlopen("liba.so", { f: { arguments: ["int32"], return: "double" } });
    f(1);
    const { g } = lib.getFunctions({ g: { return: "i32" } });
    g();
    const other = new DynamicLibrary("libb.so");
    const h = other.getFunction("h", { arguments: ["str"] });
    h("text");
    other.getFunction(nameOf("i"), { arguments: ["str"] });"""
    first, *rest = read(source.encode(), "a.mjs")
    assert str(first.declarations[0].declaration) == "f(i32) -> f64"
    assert [site.symbol for site in first.calls] == ["f"]
    second, third = rest
    assert isinstance(second.library, Text)
    assert (second.library.value, second.calls[0].symbol) == ("liba.so", "g")
    assert isinstance(third.library, Text)
    assert (third.library.value, str(third.declarations[0].declaration)) == ("libb.so", "h(buffer) -> void")
    assert text(third, third.declarations[0].name_span) == '"h"'
    assert [site.symbol for site in third.calls] == ["h"]


def test_two_dialects_in_one_file_keep_apart() -> None:
    source = """import { dlopen } from "bun:ffi";
    const lib = typeof Deno !== "undefined" ? Deno.dlopen("x", { f: {} }) : dlopen("x", { f: {} });"""
    assert [call.dialect for call in read(source.encode(), "a.ts")] == ["deno", "bun"]


def test_files_without_an_entry_point_mention_none() -> None:
    assert not mentions_bindings(b"import { readFile } from 'node:fs'; Deno.args; Bun.serve({});")


def test_koffi_functions_are_read_in_their_three_forms() -> None:
    source = """const koffi = require("koffi");
    const lib = koffi.load("libx.so");
    const f = lib.func("int32_t f(const char *name, _Out_ double *value, size_t *n, ...)");
    const g = lib.func("g", "void", ["int", "str", koffi.pointer("int")]);
    const h = lib.func("__stdcall", "h", "long", []);
    const { func } = lib;
    lib.func(text());
    lib.func("no prototype at all");
    f("x", p, [], 1); g(1, "a"); h();"""
    calls = read(source.encode(), "a.cjs")
    declared = [str(entry.declaration) for call in calls for entry in call.declarations]
    assert declared == ["f(buffer, pointer, pointer, ...) -> i32", "g(i32, buffer, pointer) -> void", "h() -> i64"]
    assert [call.calls[0].symbol for call in calls if call.declarations] == ["f", "g", "h"]
    assert text(calls[0], calls[0].declarations[0].name_span) == "f"
    assert {call.library.value for call in calls if isinstance(call.library, Text)} == {"libx.so"}
