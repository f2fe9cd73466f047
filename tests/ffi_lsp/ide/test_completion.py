"""What is proposed while a schema is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.types import NATIVE_TYPES
from ffi_lsp.diagnostic import Fix
from ffi_lsp.fixing import apply_fix
from ffi_lsp.ide import completion as module
from ffi_lsp.ide import schema_proposals
from ffi_lsp.ide.proposals import Completions
from ffi_lsp.ide.repair import closed_at
from ffi_lsp.surroundings import Surroundings
from ffi_lsp.workspace import Snapshot, Workspace

Reader = Callable[[str], tuple[Snapshot, int]]
Ask = Callable[[str], "Completions | None"]


@pytest.fixture
def proposed(read: Reader) -> Ask:
    return lambda schema: completion(*read(f'const {{ f }} = Porffor.dlopen("LIB", {schema});'))


def completion(snapshot: Snapshot, offset: int) -> Completions | None:
    def reread(data: bytes) -> Snapshot:
        return Workspace().snapshot(snapshot.path, data)

    return module.completion(snapshot, offset, reread, lambda *_: ({}, False), Surroundings(snapshot.path.parent))


def labels(found: Completions | None) -> list[str]:
    assert found is not None
    return [item.label for item in found.items]


def accepted(read: Reader, text: str, label: str, *, snippet: bool = False) -> str:
    """The text after the proposal of that label has been accepted."""
    snapshot, offset = read(text)
    found = completion(snapshot, offset)
    assert found is not None
    item = next(item for item in found.items if item.label == label)
    data, span = snapshot.text.data, item.edit.span
    new = item.snippet if snippet and item.snippet else item.edit.text
    return (data[: span.start] + new.encode() + data[span.end :]).decode()


@pytest.mark.parametrize(
    "schema",
    ['{ f: { parameters: ["¦"] } }', "{ f: { parameters: [¦] } }", '{ f: { parameters: ["i32", ¦ } }'],
)
def test_every_native_type_but_void_is_proposed_for_a_parameter(proposed: Ask, schema: str) -> None:
    assert labels(proposed(schema)) == [name for name in NATIVE_TYPES if name != "void"]


@pytest.mark.parametrize(
    "schema", ['{ f: { result: "¦" } }', "{ f: { result: ¦ } }", "{ f: { parameters: [], result: '¦' } }"]
)
def test_void_is_proposed_for_a_result(proposed: Ask, schema: str) -> None:
    assert labels(proposed(schema)) == list(NATIVE_TYPES)


def test_types_that_begin_with_what_is_written_come_first(proposed: Ask) -> None:
    assert labels(proposed('{ f: { result: "i¦" } }'))[:4] == ["i8", "i16", "i32", "i64"]


def test_a_type_brings_its_quotes_only_where_there_are_none(read: Reader) -> None:
    start = 'Porffor.dlopen("LIB", { f: { result: '
    assert accepted(read, start + "i¦ } })", "i32").endswith('result: "i32" } })')
    assert accepted(read, start + "'i¦8' } })", "i32").endswith("result: 'i32' } })")


def test_a_type_explains_itself(proposed: Ask) -> None:
    found = proposed('{ f: { result: "u8¦" } }')
    assert found is not None
    assert found.items[0].detail == "uint8_t"
    assert "0 to 255" in found.items[0].lines[1]


@pytest.mark.parametrize("schema", ["{ count_¦ }", "{ ¦ }", "{ count_add: {}, count_¦: {} }", '{ "count_¦" }'])
def test_exported_functions_that_are_not_declared_yet_are_proposed_as_keys(proposed: Ask, schema: str) -> None:
    found = labels(proposed(schema))
    assert "count_half" in found
    assert ("count_add" in found) is ("count_add" not in schema)


def test_data_is_no_proposal(proposed: Ask) -> None:
    assert "count_total" not in labels(proposed("{ count_¦ }"))


def test_names_are_ranked_by_how_they_match(proposed: Ask) -> None:
    found = labels(proposed("{ count_¦ }"))
    assert found == ["count_add", "count_half", "count_weak", "Count_reset", "_count_internal"]
    assert labels(proposed("{ chalf¦ }")) == ["count_half"]
    assert labels(proposed("{ nothing_like_it¦ }")) == []


def test_a_key_with_a_value_is_replaced_alone_and_one_without_brings_a_skeleton(read: Reader) -> None:
    start = 'Porffor.dlopen("LIB", '
    with_value = accepted(read, start + "{ count_¦x: { parameters: [] } })", "count_half", snippet=True)
    assert with_value.endswith("{ count_half: { parameters: [] } })")
    without = accepted(read, start + "{ count_¦ })", "count_half", snippet=True)
    assert without.endswith('{ count_half: { parameters: [$1], result: "$2" } })')
    plain = accepted(read, start + "{ count_¦ })", "count_half")
    assert plain.endswith("{ count_half })")


@pytest.mark.parametrize(
    "text",
    [
        'const { count_half, count_weak } = Porffor.dlopen("LIB", { ¦ });',
        'const { count_half, count_weak } = Porffor.dlopen("LIB", { cou¦',
        'const lib = Deno.dlopen("LIB", { ¦ }); lib.symbols.count_half(1); lib.symbols.count_weak();',
        'const { symbols } = Deno.dlopen("LIB", { cou¦ }); symbols.count_half(1); symbols.count_weak();',
    ],
)
def test_what_the_program_uses_without_an_entry_comes_first_and_says_so(read: Reader, text: str) -> None:
    found = completion(*read(text))
    assert found is not None
    assert [(item.label, item.note, item.preferred) for item in found.items[:2]] == [
        ("count_half", "used, not declared yet", True),
        ("count_weak", "used, not declared yet", False),
    ]
    assert "count_add" in labels(found)
    assert not any(item.note or item.preferred for item in found.items[2:])


def test_what_is_used_comes_first_only_where_it_holds_what_is_typed(read: Reader) -> None:
    text = 'const { count_half } = Porffor.dlopen("LIB", { TYPED¦ });'
    assert labels(completion(*read(text.replace("TYPED", "count_a"))))[0] == "count_add"
    found = completion(*read(text.replace("TYPED", "HALF")))
    assert found is not None
    assert [(item.label, item.preferred) for item in found.items] == [("count_half", True)]


def test_what_is_used_and_declared_is_not_proposed_again_nor_what_the_library_lacks(read: Reader) -> None:
    text = 'const { count_half, count_nothing } = Porffor.dlopen("LIB", { count_half: {}, ¦ });'
    found = completion(*read(text))
    assert not {"count_half", "count_nothing"} & set(labels(found))
    assert found is not None
    assert not any(item.note or item.preferred for item in found.items)


@pytest.mark.parametrize(
    ("schema", "declared"),
    [
        ("{ count_h¦ }", "{ count_half: ENTRY, }"),
        ("{\n  count_h¦\n}", "{\n  count_half: ENTRY,\n}"),
        ("{\n  count_h¦ // the half\n}", "{\n  count_half: ENTRY, // the half\n}"),
        ("{\n  count_h¦", "{\n  count_half: ENTRY,"),
    ],
)
def test_behind_a_last_entry_the_comma_that_is_typed_next_is_the_only_one(
    read: Reader, schema: str, declared: str
) -> None:
    entry = '{ parameters: [$1], result: "$2" }'
    written = accepted(read, f'Porffor.dlopen("LIB", {schema}', "count_half", snippet=True)
    place = written.index(entry) + len(entry)
    typed = f"{written[:place]},{written[place:]}"
    assert typed.endswith(declared.replace("ENTRY", entry))


@pytest.mark.parametrize(
    ("schema", "declared"),
    [
        ("{ count_h¦ count_add: {} }", "{ count_half: ENTRY, count_add: {} }"),
        (
            "{\n  count_h¦\n  // more\n  'count_add': {},\n}",
            "{\n  count_half: ENTRY,\n  // more\n  'count_add': {},\n}",
        ),
        ("{\n  count_h¦\n  ...others\n}", "{\n  count_half: ENTRY,\n  ...others\n}"),
        ("{\n  count_h¦,\n  count_add: {},\n}", "{\n  count_half: ENTRY,\n  count_add: {},\n}"),
        ("{\n  count_h¦ /* so */,\n}", "{\n  count_half: ENTRY /* so */,\n}"),
    ],
)
def test_before_another_entry_a_declaration_brings_the_comma_that_is_lacking(
    read: Reader, schema: str, declared: str
) -> None:
    written = accepted(read, f'Porffor.dlopen("LIB", {schema})', "count_half", snippet=True)
    assert written.endswith(declared.replace("ENTRY", '{ parameters: [$1], result: "$2" }') + ")")


@pytest.mark.parametrize(
    ("schema", "label", "expected"),
    [
        ("{\n  count_add: ENTRY\n  count_h¦\n}", "count_half", "{\n  count_add: ENTRY,\n  count_half\n}"),
        ("{\n  count_add: ENTRY // so\n  count_h¦\n}", "count_half", "{\n  count_add: ENTRY, // so\n  count_half\n}"),
        ("{\n  count_add: ENTRY,\n  count_h¦\n}", "count_half", "{\n  count_add: ENTRY,\n  count_half\n}"),
        ("{ f: {\n  parameters: []\n  res¦\n} }", "result", "{ f: {\n  parameters: [],\n  result\n} }"),
    ],
)
def test_a_property_on_a_new_line_brings_the_comma_that_the_one_before_lacks(
    read: Reader, schema: str, label: str, expected: str
) -> None:
    entry = '{ parameters: [], result: "i32" }'
    snapshot, offset = read(f'Porffor.dlopen("LIB", {schema.replace("ENTRY", entry)});')
    found = completion(snapshot, offset)
    assert "count_add" not in labels(found)
    assert found is not None
    item = next(item for item in found.items if item.label == label)
    after = apply_fix(snapshot.text.data, Fix("", (item.edit, *item.also))).decode()
    assert after.endswith(expected.replace("ENTRY", entry) + ");")


@pytest.mark.parametrize("schema", ["{ count_add: {} count_h¦ }", "{ count_add: value\n count_h¦ }"])
def test_what_may_go_on_with_the_value_before_is_no_new_property(proposed: Ask, schema: str) -> None:
    assert proposed(schema) is None


def test_the_fields_that_an_entry_lacks_are_proposed(proposed: Ask) -> None:
    assert labels(proposed("{ f: { ¦ } }"))[:2] == ["parameters", "result"]
    assert "parameters" not in labels(proposed("{ f: { parameters: [], ¦ } }"))
    assert "result" not in labels(proposed('{ f: { ¦, result: "i32" } }'))
    assert "result" in labels(proposed('{ f: { parameters: [], res¦: "i32" } }'))


@pytest.mark.parametrize(
    "schema",
    ["{ f: { parameters: [] } }¦", "{ // ¦\n }", "{ f: g(¦) }", '{ f: { nonblocking: "¦" } }', "¦{}", "schema¦"],
)
def test_elsewhere_nothing_is_proposed(proposed: Ask, schema: str) -> None:
    assert proposed(schema) is None


def test_a_missing_library_leaves_no_names_to_propose(read: Reader) -> None:
    found = completion(*read('Porffor.dlopen("/nowhere/lib.so", { ¦ })'))
    assert labels(found) == []


def test_a_long_list_is_cut_and_says_so(proposed: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_proposals, "LIMIT", 2)
    found = proposed("{ count_¦ }")
    assert labels(found) == ["count_add", "count_half"]
    assert found is not None
    assert not found.complete


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ('{ f: { result: "i¦ } }', "i32"),
        ('{ f: { parameters: ["i32", "¦', "pointer"),
        ("{ f: { parameters: [], ¦", "result"),
        ("{ count_add: {}, ¦", "count_half"),
        ("{ count_add: {}, ¦\\nfoo();", "count_half"),
        ('{ f: { parameters: ["¦\\n g: { parameters: [], result: "i32" },\\n});\\nfoo();', "u8"),
    ],
)
def test_a_text_that_breaks_off_at_the_cursor_has_proposals(read: Reader, schema: str, expected: str) -> None:
    assert expected in labels(completion(*read('const { f } = Porffor.dlopen("LIB", ' + schema)))


@pytest.mark.parametrize("text", ["¦", 'Porffor.dlopen("a", {}); f(¦', "dlopen ¦", "Porffor.dlopen¦"])
def test_outside_of_a_call_that_opens_a_library_nothing_is_closed(text: str) -> None:
    before, _, after = text.partition("¦")
    assert closed_at((before + after).encode(), len(before.encode())) is None


SCHEMA = '{ count_add: { parameters: [], result: "i32" }, count_half: { parameters: [], result: "i32" } }'


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{ ¦ } = Porffor.dlopen", ["count_add", "count_half"]),
        ("{ count_add, ¦ } = Porffor.dlopen", ["count_half"]),
        ("{ count_h¦, count_add } = Porffor.dlopen", ["count_half"]),
        ("{ symbols: { ¦ } } = Deno.dlopen", ["count_add", "count_half"]),
    ],
)
def test_declared_symbols_are_proposed_where_they_are_taken(read: Reader, pattern: str, expected: list[str]) -> None:
    assert labels(completion(*read(f'const {pattern}("LIB", {SCHEMA});'))) == expected


@pytest.mark.parametrize(
    "pattern",
    ["{ count_add: ¦ } = Porffor.dlopen", "{ ¦ } = Deno.dlopen", "¦lib = Porffor.dlopen", "{ a } ¦ = Porffor.dlopen"],
)
def test_where_a_variable_is_named_nothing_is_proposed(read: Reader, pattern: str) -> None:
    assert completion(*read(f'const {pattern}("LIB", {SCHEMA});')) is None


@pytest.mark.parametrize(
    ("text", "proposals"),
    [
        ("new Deno.UnsafeCallback({ ‸ }, run);", ["parameters", "result"]),
        ("new Deno.UnsafeFnPointer(address, { parameters: [], ‸ });", ["result", "nonblocking"]),
        ('import { JSCallback } from "bun:ffi"; new JSCallback(run, { ‸ });', ["args", "returns", "threadsafe"]),
        ('import { JSCallback } from "bun:ffi"; new JSCallback(run, { args: ["napi_v‸"] });', ["napi_value"]),
        (
            'import { DynamicLibrary } from "node:ffi"; new DynamicLibrary(null).getFunction("abs", { ‸ });',
            ["arguments", "return"],
        ),
    ],
)
def test_the_definition_of_one_function_has_fields_and_no_symbols(
    text: str, proposals: list[str], tmp_path: Path
) -> None:
    before, _, behind = text.partition("‸")
    snapshot = Workspace().snapshot(tmp_path / "a.ts", (before + behind).encode())
    assert labels(completion(snapshot, len(before)))[: len(proposals)] == proposals
