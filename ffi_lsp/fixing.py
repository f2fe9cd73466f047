"""Making the edits of fixes in a text. Pure: bytes in, bytes out."""

from __future__ import annotations

from collections.abc import Iterable

from ffi_lsp.diagnostic import Diagnostic, Edit, Fix


def apply_fix(data: bytes, fix: Fix) -> bytes:
    """The text with all edits of one fix made."""
    return _apply(data, fix.edits)


def apply_safe_fixes(data: bytes, diagnostics: Iterable[Diagnostic], *, unsafe: bool = False) -> tuple[bytes, int]:
    """Make the first safe fix of each diagnostic; one that touches the same text as an earlier one is left out.

    Parameters
    ----------
    data: the text that the diagnostics are about.
    diagnostics: in the order of the text.
    unsafe: whether fixes that are not safe are made too, where there is no safe one.

    Returns
    -------
    The new text, and how many fixes were made.
    """
    edits, made = safe_edits(diagnostics, unsafe=unsafe)
    return _apply(data, edits), made


def safe_edits(diagnostics: Iterable[Diagnostic], *, unsafe: bool = False) -> tuple[tuple[Edit, ...], int]:
    """The edits that `apply_safe_fixes` makes, which do not overlap, and of how many fixes they are."""
    edits: dict[Edit, None] = {}
    made = 0
    for diagnostic in diagnostics:
        fix = first_fix(diagnostic, unsafe=unsafe)
        if fix is not None and all(edit in edits or not _touches_any(edit, edits) for edit in fix.edits):
            edits.update(dict.fromkeys(fix.edits))
            made += 1
    return tuple(edits), made


def first_fix(diagnostic: Diagnostic, *, unsafe: bool = False) -> Fix | None:
    """The fix to make without asking: the first safe one, or where that is allowed the first of all."""
    safe = next((fix for fix in diagnostic.fixes if fix.safe), None)
    return safe or (diagnostic.fixes[0] if unsafe and diagnostic.fixes else None)


def _touches_any(edit: Edit, others: Iterable[Edit]) -> bool:
    return any(edit.span.start <= other.span.end and other.span.start <= edit.span.end for other in others)


def _apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    for edit in sorted(edits, key=lambda entry: entry.span, reverse=True):
        data = data[: edit.span.start] + edit.text.encode() + data[edit.span.end :]
    return data
