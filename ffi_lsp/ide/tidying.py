"""Actions that put a schema in order: its entries by name, and those taken away that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall, Span
from ffi_lsp.ide.action import ActionKind, CodeAction
from ffi_lsp.ide.schema_text import is_written_here, pieces, rebuilt
from ffi_lsp.rules import RULES, LibraryFacts
from ffi_lsp.workspace import Snapshot

_UNUSED = "FFI409"
"""The rule that knows which declarations a file surely makes no use of."""


def tidy(snapshot: Snapshot, selection: Span) -> Iterator[CodeAction]:
    """What can be put in order in the schemas that the selection touches."""
    for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
        touched = call.span.start <= selection.end and selection.start <= call.span.end
        if touched and is_written_here(call):
            yield from _without_unused(call, facts)
            yield from _sorted(call)


def _sorted(call: DlopenCall) -> Iterator[CodeAction]:
    before = pieces(call) or []
    after = sorted(before, key=lambda piece: piece.entry.name)
    # Of two entries with one name the last wins, and would no longer be told from the first.
    distinct = len({piece.entry.name for piece in before}) == len(before)
    edit = rebuilt(call, before, after) if distinct and after != before else None
    if edit is not None:
        yield CodeAction(ActionKind.REWRITE, "Sort declarations by name", (edit,))


def _without_unused(call: DlopenCall, facts: LibraryFacts) -> Iterator[CodeAction]:
    unused = {found.symbol for found in RULES[_UNUSED].judge(call, facts)} if _UNUSED in RULES else set()
    before = pieces(call) or []
    after = [piece for piece in before if piece.entry.name not in unused]
    edit = rebuilt(call, before, after) if after and len(after) < len(before) else None
    if edit is not None:
        count = len(before) - len(after)
        words = "1 declaration that nothing uses" if count == 1 else f"{count} declarations that nothing uses"
        yield CodeAction(ActionKind.REWRITE, f"Remove {words}", (edit,))
