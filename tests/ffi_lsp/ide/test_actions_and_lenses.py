"""Fixes where a diagnostic is, and lenses where something can run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ffi_core.model import Span
from ffi_lsp.ide.code_action import CodeAction, fix_all, quick_fixes
from ffi_lsp.ide.code_lens import code_lenses
from ffi_lsp.ide.measured import Measurement, inlay_hints
from ffi_lsp.workspace import Snapshot

Reader = Callable[[str], tuple[Snapshot, int]]

TEXT = 'const { count_add } = Porffor.dlopen("LIB", { count_add: { parameters: ["i32", "i32"], result: "i32" } });'


def fixed(snapshot: Snapshot, action: CodeAction) -> str:
    data = snapshot.text.data
    for edit in sorted(action.edits, key=lambda edit: edit.span, reverse=True):
        data = data[: edit.span.start] + edit.text.encode() + data[edit.span.end :]
    return data.decode()


def test_a_fix_is_offered_where_its_diagnostic_is(read: Reader) -> None:
    text = 'const { count_add } = Porffor.dlopen("LIB", { count_add: { parameters: ["i¦nt", "int"], result: "i32" } });'
    snapshot, offset = read(text)
    action, _ = quick_fixes(snapshot, Span(offset, offset))
    assert action.diagnostic is not None
    assert action.diagnostic.code == "FFI101"
    assert action.preferred
    assert '["i32", "int"]' in fixed(snapshot, action)


def test_a_selection_over_all_brings_every_fix_and_one_comment_for_the_line(read: Reader) -> None:
    snapshot, offset = read(TEXT.replace('"i32", "i32"', '"int", "int"'))
    titles = [action.title for action in quick_fixes(snapshot, Span(0, offset))]
    assert titles == ["Replace by 'i32'", "Replace by 'i32'", "Ignore FFI101 (unknown-type) on this line"]


def test_without_a_diagnostic_there_is_nothing_to_do(read: Reader) -> None:
    snapshot, offset = read(TEXT.replace('"i32", "i32"', '"i32", "i¦32"'))
    assert quick_fixes(snapshot, Span(offset, offset)) == []
    assert fix_all(snapshot) is None


def test_the_comment_silences_the_finding(read: Reader) -> None:
    snapshot, offset = read('{\n  const { f } = Porffor.dlopen("LIB", { f¦: { parameters: [], result: "i32" } });\n}')
    (action,) = [each for each in quick_fixes(snapshot, Span(offset, offset)) if "FFI201" in each.title]
    after = fixed(snapshot, action)
    assert after.startswith("{\n  // ffi-ignore[FFI201]: TODO say why\n  const { f } =")
    assert "FFI201" not in [each.code for each in read(after)[0].diagnostics]


def test_all_safe_fixes_are_one_change(read: Reader) -> None:
    snapshot, _ = read("const ä = 1; " + TEXT.replace("i32", "int") + " // ä")
    action = fix_all(snapshot)
    assert action is not None
    assert action.title.startswith("Mend 3 mistakes")
    assert '["i32", "i32"], result: "i32" } }); // ä' in fixed(snapshot, action)


def test_each_declared_function_that_is_exported_has_a_lens(read: Reader) -> None:
    text = """
    const { count_add } = Porffor.dlopen("LIB", {
      count_add: { parameters: ["i32", "i32"], result: "i32" },
      count_missing: { parameters: [], result: "i32" },
      count_half: { parameters: ["string"], result: "i32" },
    });
    const { getpid } = Porffor.dlopen("LIB", { getpid: { parameters: [], result: "i32" } });
    const { other } = Porffor.dlopen("/nowhere/lib.so", { other: { parameters: [], result: "i32" } });
    """
    snapshot, _ = read(text)
    lenses = code_lenses(snapshot, {})
    assert [(lens.symbol, lens.call, lens.title) for lens in lenses] == [
        ("count_add", 0, "Run count_add()"),
        ("getpid", 1, "Run getpid()"),
    ]
    assert snapshot.text.slice(lenses[0].span) == "count_add"


def measured(snapshot: Snapshot, symbol: str) -> Measurement:
    (call,), (facts,) = snapshot.calls, snapshot.facts
    entry = call.declaration_of(symbol)
    assert entry is not None
    assert entry.declaration is not None
    assert facts.library is not None
    return Measurement(entry.declaration, facts.library, "3.14 ns", "count_add(1, 2) = 3")


def test_a_measured_time_stands_behind_the_declaration_and_in_the_lens(read: Reader) -> None:
    snapshot, end = read(TEXT)
    last = {"count_add": measured(snapshot, "count_add")}
    (hint,) = inlay_hints(snapshot, Span(0, end), last)
    assert (hint.text, hint.tooltip) == ("3.14 ns", "count_add(1, 2) = 3")
    assert snapshot.text.data[: hint.offset].endswith(b'result: "i32" }')
    assert [lens.title for lens in code_lenses(snapshot, last)] == ["Run count_add() · 3.14 ns"]


def test_a_measured_time_goes_with_the_declaration_that_it_was_measured_for(read: Reader) -> None:
    last = {"count_add": measured(read(TEXT)[0], "count_add")}
    snapshot, end = read(TEXT.replace('result: "i32"', 'result: "i64"'))
    assert inlay_hints(snapshot, Span(0, end), last) == []
    assert [lens.title for lens in code_lenses(snapshot, last)] == ["Run count_add()"]


def test_a_time_of_a_library_that_has_changed_is_called_old(read: Reader, compile_library: Callable[..., Path]) -> None:
    last = {"count_add": measured(read(TEXT)[0], "count_add")}
    other = compile_library("int count_add(int a, int b) { return a - b; }", "libother.so")
    snapshot, end = read(TEXT.replace("LIB", str(other)))
    assert inlay_hints(snapshot, Span(0, end), last) == []
    assert [lens.title for lens in code_lenses(snapshot, last)] == [
        "Run count_add() · 3.14 ns before the library changed"
    ]


def test_only_hints_of_the_part_on_the_screen_come(read: Reader) -> None:
    snapshot, _ = read(TEXT)
    assert inlay_hints(snapshot, Span(0, 10), {"count_add": measured(snapshot, "count_add")}) == []
