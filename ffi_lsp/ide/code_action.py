"""Code actions: the fixes of the diagnostics that a selection touches."""

from __future__ import annotations

from dataclasses import dataclass

from ffi_core.model import Span
from ffi_lsp.diagnostic import Diagnostic, Edit
from ffi_lsp.workspace import Snapshot


@dataclass(frozen=True, slots=True)
class CodeAction:
    """A change that a person can accept.

    Parameters
    ----------
    title: what it does, as shown in a menu.
    edits: the change.
    diagnostic: the finding that it mends.
    preferred: whether it is the one right answer, fit for a single key press.
    """

    title: str
    edits: tuple[Edit, ...]
    diagnostic: Diagnostic
    preferred: bool


def code_actions(snapshot: Snapshot, selection: Span) -> list[CodeAction]:
    """The fixes of every diagnostic that the selection, given in byte offsets, touches; in the file's order."""
    return [
        CodeAction(fix.title, fix.edits, diagnostic, preferred=fix.safe and len(diagnostic.fixes) == 1)
        for diagnostic in snapshot.diagnostics
        if diagnostic.span.start <= selection.end and selection.start <= diagnostic.span.end
        for fix in diagnostic.fixes
    ]
