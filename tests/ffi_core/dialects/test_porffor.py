"""Porffor's calls: which text is one, what it declares, and where the names go that it gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from ffi_core.dialects import DIALECTS, mentions_bindings, read
from ffi_core.model import CallSite, DlopenCall, Nothing, Number, Object, Span, Text, Unknown

SCHEMA = '{ f: { parameters: ["i32", "buffer"], result: "i32" }, g: { parameters: [] } }'
EXAMPLES = Path(__file__).parents[3] / "examples"


def only_call(source: str, suffix: str = ".ts") -> DlopenCall:
    (call,) = read(source.encode(), f"example{suffix}")
    return call


def text(call: DlopenCall, span: Span) -> str:
    return call.source[span.start : span.end].decode()


@pytest.mark.parametrize(
    "callee",
    [
        "Porffor.dlopen",
        "Porffor?.dlopen",
        'Porffor["dlopen"]',
        "(Porffor as any).dlopen",
        "(Porffor.dlopen)",
        "Porffor!.dlopen",
        "Porffor\n  .dlopen",
    ],
)
def test_the_call_is_recognised_however_it_is_spelled(callee: str) -> None:
    call = only_call(f'const {{ f }} = {callee}("libx.so", {SCHEMA});')
    assert call.dialect == "porffor"
    assert call.library == Text(call.library.span if call.library else Span(0, 0), "libx.so")
    assert [entry.name for entry in call.declarations] == ["f", "g"]


@pytest.mark.parametrize(
    "source",
    [
        "dlopen('x', {})",
        "Porffor.dlopen",
        "Porffor.dlopenx('x', {})",
        "my.Porffor.dlopen('x', {})",
        "'Porffor.dlopen(\"x\", {})'",
        "// Porffor.dlopen('x', {})",
        "{ const Porffor = mine; Porffor.dlopen('x', {}); }",
        "import { Porffor } from 'mine'; Porffor.dlopen('x', {});",
        "function h(Porffor) { return Porffor.dlopen('x', {}); }",
        "new Porffor.dlopen('x', {})",
        "f(Porffor.dlopen)",
    ],
)
def test_what_only_looks_like_a_call_is_none(source: str) -> None:
    assert read(source.encode(), "a.ts") == ()


def test_a_declared_global_is_still_porffor() -> None:
    source = f'declare const Porffor: {{ dlopen(path: string, schema: object): any }};\nPorffor.dlopen("x", {SCHEMA});'
    assert only_call(source).callee_span.start == source.rindex("Porffor.dlopen")


def test_entries_are_checked_and_carry_their_places() -> None:
    call = only_call(f'const {{ f, g }} = Porffor.dlopen("libx.so", {SCHEMA});')
    f, g = call.declarations
    assert str(f.declaration) == "f(i32, buffer) -> i32"
    assert str(g.declaration) == "g() -> void"
    assert text(call, f.name_span) == "f"
    assert text(call, g.span) == "g: { parameters: [] }"
    assert call.declaration_of("g") is g


def test_porffor_looks_at_parameters_and_result_alone() -> None:
    entry = '{ parameters: [], result: "i32", name: "other", nonblocking: true, optional: 5 }'
    (found,) = only_call(f'Porffor.dlopen("x", {{ f: {entry} }})').declarations
    assert found.declaration is not None
    assert (found.declaration.symbol, found.declaration.nonblocking, found.declaration.optional) == ("f", False, False)


@pytest.mark.parametrize(
    "entry",
    [
        "{ parameters: ['int'], result: 'i32' }",
        "{ args: ['i32'], parameters: [] }",
        "{ result: 'i32' }",
        "{ parameters: [t], result: 'i32' }",
        "{ ...base }",
        "{ type: 'i32' }",
        "5",
        "make()",
        "null",
    ],
)
def test_an_entry_that_is_wrong_or_unknown_has_no_declaration(entry: str) -> None:
    (found,) = only_call(f'Porffor.dlopen("x", {{ f: {entry} }})').declarations
    assert (found.name, found.declaration) == ("f", None)


def test_a_schema_and_types_in_consts_are_known() -> None:
    source = (
        "const t = 'i32'; const schema = { f: { parameters: [t], result: t } } as const; Porffor.dlopen(`x`, schema);"
    )
    (found,) = only_call(source).declarations
    assert str(found.declaration) == "f(i32) -> i32"


def test_missing_and_computed_arguments_are_told_apart() -> None:
    bare = only_call("Porffor.dlopen()")
    assert (bare.library, bare.schema) == (None, None)
    computed = only_call("Porffor.dlopen(path(), schema(), 3)")
    assert isinstance(computed.library, Unknown)
    assert isinstance(computed.schema, Unknown)


def test_bindings_know_symbol_and_variable() -> None:
    pattern = '{ f, g: h, "i": j, ["k"]: l = 1, m = 2, [n()]: o, p: { q }, ...rest }'
    call = only_call(f'const {pattern} = (Porffor.dlopen("x", {SCHEMA}) as any);')
    assert [(entry.symbol, entry.local) for entry in call.bindings] == [
        ("f", "f"),
        ("g", "h"),
        ("i", "j"),
        ("k", "l"),
        ("m", "m"),
    ]
    assert text(call, call.bindings[2].symbol_span) == '"i"'
    assert text(call, call.bindings[1].local_span) == "h"


@pytest.mark.parametrize("keyword", ["const", "let", "var"])
def test_uses_and_calls_are_found_and_shadowed_names_are_not(keyword: str) -> None:
    source = f"""{keyword} {{ f, g: h }} = Porffor.dlopen("x", {SCHEMA});
f(1, "a");
h?.();
(f)(-2, null);
f!(3, x);
const other = f;
f(...args);
obj.f(9);
function inner(f) {{ f(10); }}
"""
    call = only_call(source)
    assert [name for name, _ in call.uses] == ["f", "g", "f", "f", "f", "f"]
    assert [site.symbol for site in call.calls] == ["f", "g", "f", "f", "f"]
    first, second, third, fourth, spread = call.calls
    assert text(call, first.span) == 'f(1, "a")'
    assert text(call, first.callee_span) == "f"
    assert [type(value) for value in first.arguments.items] == [Number, Text]
    assert second.arguments.items == ()
    assert [type(value) for value in third.arguments.items] == [Number, Nothing]
    assert isinstance(fourth.arguments.items[1], Unknown)
    assert not spread.arguments.complete


def test_each_call_in_a_file_follows_its_own_names() -> None:
    source = f"""function one() {{ const {{ f }} = Porffor.dlopen("a", {SCHEMA}); return f(1); }}
function two() {{ const {{ f }} = Porffor.dlopen("b", {SCHEMA}); return f(2); }}"""
    first, second = read(source.encode(), "a.js")

    def argument(site: CallSite) -> object:
        value = site.arguments.items[0]
        return value.value if isinstance(value, Number) else None

    assert [argument(site) for site in first.calls] == [1]
    assert [argument(site) for site in second.calls] == [2]


def test_names_that_others_read_are_labels() -> None:
    call = only_call(f'const {{ f, g }} = Porffor.dlopen("x", {SCHEMA}); export {{ f }}; const api = {{ g }}; f();')
    assert [text(call, span) for span in call.labels] == ["f", "g"]
    exported = only_call(f'export const {{ f }} = Porffor.dlopen("x", {SCHEMA});')
    assert exported.labels == (exported.bindings[0].local_span,)


@pytest.mark.parametrize(
    "broken",
    [
        'const { f } = Porffor.dlopen("x", { f: { parameters: ["i32"], result: "i32" }, g: {',
        'const { f } = Porffor.dlopen("x", { f: { parameters: ["i32"], result: "i32" }, g: { parameters: [',
        'const { f, = Porffor.dlopen("x", { f: { parameters: ["i32"], result: "i32" } });',
        'const { f } = Porffor.dlopen("x", { f: { parameters: ["i32"], result: "i32" }, g: } );',
    ],
)
def test_half_typed_code_still_yields_its_whole_entries(broken: str) -> None:
    call = only_call(broken)
    entry = call.declaration_of("f")
    assert entry is not None
    assert str(entry.declaration) == "f(i32) -> i32"


def test_a_file_without_the_word_is_not_parsed() -> None:
    assert not mentions_bindings(b"const a = 1;" * 1000)
    assert mentions_bindings(b"x = Porffor.dlopen")


def test_every_type_of_the_dialect_means_a_native_type() -> None:
    dialect = DIALECTS["porffor"]
    assert dialect.nearest_type("int") == "i32"
    assert dialect.nearest_type("cstring") == "buffer"
    assert dialect.nearest_type("I32") == "i32"
    assert dialect.nearest_type("qqqqqqqq") is None


def test_the_example_reads_as_seven_functions() -> None:
    call = only_call((EXAMPLES / "sqlite.porf.ts").read_text())
    assert isinstance(call.schema, Object)
    assert len(call.declarations) == 7
    assert all(entry.declaration for entry in call.declarations)
    assert {site.symbol for site in call.calls} == {entry.name for entry in call.declarations}
