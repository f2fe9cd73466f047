"""Fixes: all edits of a fix are made or none, and two that touch each other are not made together."""

from __future__ import annotations

from ffi_core.model import Span
from ffi_lsp.diagnostic import Diagnostic, Edit, Fix, Severity
from ffi_lsp.fixing import apply_fix, apply_safe_fixes


def diagnostic(*edits: Edit, safe: bool = True) -> Diagnostic:
    fixes = (Fix("mend", edits, safe),)
    return Diagnostic("FFI999", "test", Severity.ERROR, edits[0].span, "wrong", None, fixes)


def test_edits_are_made_wherever_they_stand() -> None:
    fix = Fix("mend", (Edit(Span(4, 5), "long"), Edit(Span(0, 1), ""), Edit(Span(6, 6), "!")))
    assert apply_fix(b"abcdefg", fix) == b"bcdlongf!g"


def test_fixes_that_touch_are_made_one_after_the_other() -> None:
    first = diagnostic(Edit(Span(0, 2), "x"), Edit(Span(6, 7), "y"))
    second = diagnostic(Edit(Span(3, 4), "z"), Edit(Span(7, 8), "w"))
    assert apply_safe_fixes(b"abcdefgh", [first, second]) == (b"xcdefyh", 1)


def test_a_fix_that_two_findings_share_is_made_once() -> None:
    edit = Edit(Span(0, 1), "x")
    assert apply_safe_fixes(b"abc", [diagnostic(edit), diagnostic(edit)]) == (b"xbc", 2)


def test_unsafe_fixes_are_not_made() -> None:
    assert apply_safe_fixes(b"abc", [diagnostic(Edit(Span(0, 1), "x"), safe=False)]) == (b"abc", 0)
