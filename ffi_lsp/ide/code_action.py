"""Code actions: fixes for the diagnostics that a selection touches, comments that silence them, all safe fixes."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ffi_core.model import Span
from ffi_lsp.diagnostic import Diagnostic, Edit
from ffi_lsp.fixing import safe_edits
from ffi_lsp.workspace import Snapshot

_ABOUT_COMMENTS = ("FFI001", "FFI002")


class ActionKind(enum.StrEnum):
    """The kinds, by their names in the protocol."""

    QUICK_FIX = "quickfix"
    FIX_ALL = "source.fixAll.ffi"


@dataclass(frozen=True, slots=True)
class CodeAction:
    """A change that a person can accept.

    Parameters
    ----------
    kind: what it is for.
    title: what it does, as shown in a menu.
    edits: the change; they do not overlap.
    diagnostic: the finding that it mends, or None.
    preferred: whether it is the one right answer, fit for a single key press.
    """

    kind: ActionKind
    title: str
    edits: tuple[Edit, ...]
    diagnostic: Diagnostic | None = None
    preferred: bool = False


def quick_fixes(snapshot: Snapshot, selection: Span) -> list[CodeAction]:
    """What can be done about the diagnostics that the selection, given in byte offsets, touches.

    Their fixes come first, in the order of the text, then the comments that silence them.
    """
    touched = [
        each for each in snapshot.diagnostics if each.span.start <= selection.end and selection.start <= each.span.end
    ]
    fixes = [
        CodeAction(ActionKind.QUICK_FIX, fix.title, fix.edits, each, preferred=fix.safe and len(each.fixes) == 1)
        for each in touched
        for fix in each.fixes
    ]
    silencing = {(each.code, snapshot.text.position(each.span.start)[0]): each for each in reversed(touched)}
    return fixes + [
        _silence(snapshot, each) for each in reversed(silencing.values()) if each.code not in _ABOUT_COMMENTS
    ]


def fix_all(snapshot: Snapshot) -> CodeAction | None:
    """Every safe fix of the text as one change, as ``ffi-lsp check --fix`` makes it; None where there is none."""
    edits, made = safe_edits(snapshot.diagnostics)
    title = f"Mend {made} mistake{'' if made == 1 else 's'} in native bindings"
    return CodeAction(ActionKind.FIX_ALL, title, edits) if edits else None


def _silence(snapshot: Snapshot, found: Diagnostic) -> CodeAction:
    line = snapshot.text.line_span(snapshot.text.position(found.span.start)[0])
    written = snapshot.text.data[line.start : line.end]
    indent = written[: len(written) - len(written.lstrip())].decode()
    comment = Edit(Span(line.start, line.start), f"{indent}// ffi-ignore[{found.code}]: TODO say why\n")
    return CodeAction(ActionKind.QUICK_FIX, f"Ignore {found.code} ({found.name}) on this line", (comment,), found)
