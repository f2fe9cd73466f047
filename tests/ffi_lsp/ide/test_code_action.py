"""Fixes where a diagnostic is."""

from __future__ import annotations

from collections.abc import Callable

from ffi_core.model import Span
from ffi_lsp.ide.code_action import CodeAction, fix_all, quick_fixes
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
    action, *_ = quick_fixes(snapshot, Span(offset, offset))
    assert action.diagnostic is not None
    assert action.diagnostic.code == "FFI101"
    assert action.preferred
    assert '["i32", "int"]' in fixed(snapshot, action)


def test_a_selection_over_all_brings_every_fix_and_one_comment_for_the_line(read: Reader) -> None:
    snapshot, offset = read(TEXT.replace('"i32", "i32"', '"int", "int"'))
    titles = [action.title for action in quick_fixes(snapshot, Span(0, offset))]
    assert titles == [
        "Replace by 'i32'",
        "Replace by 'i32'",
        "Mend all 2 of FFI101 (unknown-type) in this file",
        "Ignore FFI101 (unknown-type) on this line",
    ]


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
