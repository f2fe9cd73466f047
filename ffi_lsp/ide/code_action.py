"""Code actions: what can be done about the text that a selection touches, and about a whole text at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ffi_core.model import Span
from ffi_lsp.diagnostic import Diagnostic, Edit
from ffi_lsp.fixing import safe_edits
from ffi_lsp.ide.action import ActionError, ActionKind, CodeAction
from ffi_lsp.ide.converting import convert
from ffi_lsp.ide.declaring import declare, declare_as_in_c
from ffi_lsp.ide.tidying import tidy
from ffi_lsp.workspace import Snapshot

__all__ = ["ActionError", "ActionKind", "CodeAction", "actions", "fix_all", "quick_fixes"]

_ABOUT_COMMENTS = ("FFI001", "FFI002")


def actions(snapshot: Snapshot, selection: Span, wanted: Collection[str] = ()) -> list[CodeAction]:
    """What can be done about the text that a selection touches.

    Parameters
    ----------
    snapshot: the text.
    selection: in byte offsets.
    wanted: the kinds that are asked for, or the beginnings of their names; without any, those that belong to a place.
        What changes the whole text, or opens another, is made only when it is asked for.
    """
    found: list[CodeAction] = []
    if _covers(wanted or ("",), ActionKind.QUICK_FIX):
        found += [*declare(snapshot, selection), *quick_fixes(snapshot, selection)]
    if _covers(wanted or ("",), ActionKind.REWRITE):
        found += [
            *declare_as_in_c(snapshot, selection),
            *tidy(snapshot, selection),
            *convert(snapshot, selection, anywhere=bool(wanted)),
        ]
    everything = fix_all(snapshot) if wanted and _covers(wanted, ActionKind.FIX_ALL) else None
    if everything is not None:
        found.append(everything)
    if wanted and _covers(wanted, ActionKind.OPEN_HEADER):
        found += _headers(snapshot, selection)
    return found


def quick_fixes(snapshot: Snapshot, selection: Span) -> list[CodeAction]:
    """What can be done about the diagnostics that the selection, given in byte offsets, touches.

    Their fixes come first, in the order of the text, then the fixes of all findings of one rule, then the comments
    that silence them.
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
    silent = [_silence(snapshot, each) for each in reversed(silencing.values()) if each.code not in _ABOUT_COMMENTS]
    return [*fixes, *_by_rule(snapshot, touched), *silent]


def fix_all(snapshot: Snapshot) -> CodeAction | None:
    """Every safe fix of the text as one change, as ``ffi-lsp check --fix`` makes it; None where there is none."""
    edits, made = safe_edits(snapshot.diagnostics)
    title = f"Mend {made} mistake{'' if made == 1 else 's'} in native bindings"
    return CodeAction(ActionKind.FIX_ALL, title, edits) if edits else None


def _by_rule(snapshot: Snapshot, touched: list[Diagnostic]) -> Iterator[CodeAction]:
    for code, name in dict.fromkeys((each.code, each.name) for each in touched):
        edits, made = safe_edits(each for each in snapshot.diagnostics if each.code == code)
        if made > 1:
            yield CodeAction(ActionKind.QUICK_FIX, f"Mend all {made} of {code} ({name}) in this file", edits)


def _headers(snapshot: Snapshot, selection: Span) -> Iterator[CodeAction]:
    for number, (call, facts) in enumerate(zip(snapshot.calls, snapshot.facts, strict=True)):
        touched = call.span.start <= selection.end and selection.start <= call.span.end
        if touched and call.declarations and (facts.prototypes or facts.library is not None):
            yield CodeAction(ActionKind.OPEN_HEADER, "Open what is declared here as a C header", opens=number)


def _covers(wanted: Collection[str], kind: str) -> bool:
    """Whether a kind is among those that are wanted, or below one of them."""
    return any(not each or f"{kind}.".startswith(f"{each}.") for each in wanted)


def _silence(snapshot: Snapshot, found: Diagnostic) -> CodeAction:
    line = snapshot.text.line_span(snapshot.text.position(found.span.start)[0])
    written = snapshot.text.data[line.start : line.end]
    indent = written[: len(written) - len(written.lstrip())].decode()
    end = "\r\n" if snapshot.text.data[line.end : line.end + 1] == b"\r" else "\n"
    comment = Edit(Span(line.start, line.start), f"{indent}// ffi-ignore[{found.code}]: TODO say why{end}")
    return CodeAction(ActionKind.QUICK_FIX, f"Ignore {found.code} ({found.name}) on this line", (comment,), found)
