"""What is made beside libraries: callbacks, function pointers, linked and compiled functions, types."""

from __future__ import annotations

import pytest

from ffi_core.dialects import read
from ffi_core.model import CallKind, DlopenCall, Span
from ffi_core.types import NATIVE_TYPES, StructType

NODE = 'import { DynamicLibrary } from "node:ffi"; const lib = new DynamicLibrary("libx.so"); '
BUN = 'import { CFunction, JSCallback, linkSymbols, cc } from "bun:ffi"; '
KOFFI = 'import koffi from "koffi"; const lib = koffi.load("libx.so"); const CB = koffi.proto("int CB(double x)"); '


def calls(source: str, kind: CallKind) -> list[DlopenCall]:
    return [call for call in read(source.encode(), "a.mjs") if call.kind is kind]


def text(call: DlopenCall, span: Span | None) -> str | None:
    return None if span is None else call.source[span.start : span.end].decode()


CALLBACKS = pytest.mark.parametrize(
    ("before", "made", "closed"),
    [
        ("", 'new Deno.UnsafeCallback({ parameters: ["f64"], result: "i32" }, run)', "cb.close()"),
        ("", 'Deno.UnsafeCallback.threadSafe({ parameters: ["f64"], result: "i32" }, run)', "cb.close()"),
        (BUN, 'new JSCallback(run, { args: ["double"], returns: "int", threadsafe: true })', "cb.close()"),
        (NODE, 'lib.registerCallback({ arguments: ["double"], return: "int32" }, run)', "lib.unregisterCallback(cb)"),
        (KOFFI, 'koffi.register(run, "CB *")', "koffi.unregister(cb)"),
        (KOFFI, "koffi.register(run, koffi.pointer(CB))", "koffi.unregister(cb)"),
        (KOFFI, "koffi.register(self, run, 'CB*')", "koffi.unregister(cb)"),
    ],
)


@CALLBACKS
def test_a_callback_says_its_types_its_function_who_holds_it_and_who_closes_it(
    before: str, made: str, closed: str
) -> None:
    (call,) = calls(f"{before}const cb = {made}; use(cb); {closed};", CallKind.CALLBACK)
    assert str(call.declarations[0].declaration) == "cb(f64) -> i32"
    assert (text(call, call.function), text(call, call.held_by)) == ("run", "cb")
    assert [text(call, span) for span in call.closings] == [closed]
    assert {text(call, span) for _, span in call.uses} == {"cb"}
    assert call.library is None


@CALLBACKS
def test_a_callback_that_no_variable_holds_is_read_as_well(before: str, made: str, closed: str) -> None:
    (call,) = calls(f"{before}use({made});", CallKind.CALLBACK)
    assert (call.declarations[0].name, call.held_by, call.uses, call.closings) == ("callback", None, (), ())


@pytest.mark.parametrize(
    ("before", "made", "used"),
    [
        ("", 'new Deno.UnsafeFnPointer(address, { parameters: ["f64"], result: "i32" })', "f.call(1)"),
        (BUN, 'CFunction({ ptr: address, args: ["double"], returns: "int" })', "f(1)"),
        (BUN, 'new CFunction({ ptr: address, args: ["double"], returns: "int" })', "f(1)"),
        (KOFFI, "koffi.decode(address, CB)", "f(1)"),
        (KOFFI, 'koffi.decode(address, "CB *")', "f(1)"),
    ],
)
def test_a_function_at_an_address_is_declared_and_its_calls_are_found(before: str, made: str, used: str) -> None:
    (call,) = calls(f"{before}const f = {made}; {used};", CallKind.POINTER)
    assert str(call.declarations[0].declaration) == "f(f64) -> i32"
    assert [(site.symbol, text(call, site.span)) for site in call.calls] == [("f", used)]


def test_deno_calls_a_function_pointer_by_its_method_alone() -> None:
    source = 'const f = new Deno.UnsafeFnPointer(address, { parameters: [], result: "i32" }); f.other(1); f.pointer;'
    (call,) = calls(source, CallKind.POINTER)
    assert call.calls == ()
    assert len(call.uses) == 2


def test_buns_linked_and_compiled_functions_have_their_kind() -> None:
    source = BUN + (
        "const { symbols: { f } } = linkSymbols({ f: { ptr: address, args: ['int'], returns: 'int' } });"
        "const { symbols } = cc({ source: './f.c', symbols: { g: { args: ['napi_env'], returns: 'napi_value' } } });"
        "f(1);"
    )
    linked, compiled = read(source.encode(), "a.mjs")
    assert (linked.kind, compiled.kind) == (CallKind.LINKED, CallKind.COMPILED)
    assert str(linked.declarations[0].declaration) == "f(i32) -> i32"
    assert [site.symbol for site in linked.calls] == ["f"]


def test_closing_a_library_closes_all_that_was_taken_from_it() -> None:
    source = NODE + "const f = lib.getFunction('f', {}); const { g } = lib.getFunctions({ g: {} }); lib.close();"
    assert [[text(call, span) for span in call.closings] for call in read(source.encode(), "a.mjs")] == [
        ["lib.close()"],
        ["lib.close()"],
    ]
    source = KOFFI + "lib.func('int f(void)'); lib.symbol('g'); lib.unload();"
    assert [len(call.closings) for call in calls(source, CallKind.LIBRARY)] == [1, 1]


TYPES = """
import koffi from "koffi";
const Point = koffi.struct("Point", { x: "int8", y: "double", next: "Point *" });
const Line = koffi.struct("Line", { from: Point, to: "Point", names: koffi.array("char *", 2) });
const Handle = koffi.pointer("Handle", koffi.opaque());
const Count = koffi.alias("Count", "uint32_t");
const Done = koffi.proto("Done", "void", [Count]);
const Mixed = koffi.union("Mixed", { a: "int", b: "double" });
const Colour = koffi.enumeration("Colour", { RED: 0 });
const { out, types } = koffi;
const lib = koffi.load("libx.so");
const shown = [Handle, "Count", koffi.pointer(Done), out("Point *"), types.short, koffi.pointer("int", 2)];
const f = lib.func("f", Line, shown);
const g = lib.func("Point g(Line line, Handle handle, Done *done, Done **all)");
const h = lib.func("Mixed h(Colour colour)");
"""


def test_types_of_ones_own_are_known_by_name_and_by_variable() -> None:
    first = read(TYPES.encode(), "a.mjs")[0]
    point, line = first.named_types["Point"], first.named_types["Line"]
    assert isinstance(point, StructType)
    assert isinstance(line, StructType)
    assert (point.size, line.size) == (24, 64)
    assert (first.named_types["Handle"], first.named_types["Count"]) == (NATIVE_TYPES["pointer"], NATIVE_TYPES["u32"])
    assert (first.named_types["Mixed"], first.named_types["Colour"]) == (None, None)
    assert first.knows_all_types
    f, g, h = calls(TYPES, CallKind.LIBRARY)
    shapes = [str(call.declarations[0].declaration) for call in (f, g, h)]
    assert shapes[0] == f"f(pointer, u32, function, pointer, i16, pointer) -> {line}"
    assert shapes[1] == f"g({line}, pointer, function, pointer) -> {point}"
    assert shapes[2] == "None"


@pytest.mark.parametrize(
    "shared",
    [
        'import "./types.js";',
        'const types = require("some-package");',
        "await import(name);",
        "export const one = 1;",
        "module.exports = { one };",
        'koffi.struct(prefix + "Point", { x: "int" });',
        'function define(k) { k.struct("Other", { x: "int" }); } define(koffi);',
    ],
)
def test_a_file_that_shares_its_types_does_not_know_all_of_them(shared: str) -> None:
    assert not read((TYPES + shared).encode(), "a.mjs")[0].knows_all_types


def test_a_name_in_a_const_is_a_name() -> None:
    source = 'import koffi from "koffi"; const NAME = "Point"; const Point = koffi.struct(NAME, { x: "int" });'
    (call,) = calls(f"{source} koffi.load('libx.so').func('f', Point, [NAME]);", CallKind.LIBRARY)
    assert str(call.declarations[0].declaration) == "f({struct: [i32]}) -> {struct: [i32]}"


@pytest.mark.parametrize("other", ['import fs from "node:fs";', 'const path = require("path");', "// nothing"])
def test_what_node_has_itself_defines_no_types(other: str) -> None:
    assert read((TYPES + other).encode(), "a.mjs")[0].knows_all_types


def test_an_opaque_type_can_be_made_a_struct_later() -> None:
    source = 'import koffi from "koffi"; const A = koffi.opaque("A"); koffi.struct(A, { x: "int" });'
    (call,) = read(f"{source} koffi.load('libx.so').func('void f(A *a)');".encode(), "a.mjs")
    assert isinstance(call.named_types["A"], StructType)
