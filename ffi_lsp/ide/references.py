"""Where a symbol is named: definition, references, highlights. Plain JavaScript is left to those who know it."""

from __future__ import annotations

from dataclasses import dataclass

from ffi_core.model import Span
from ffi_lsp.ide.cursor import Role, SymbolPlace, at, mentions_of
from ffi_lsp.workspace import Snapshot


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where a symbol is named.

    Parameters
    ----------
    span: the name, with its quotes where it has some.
    role: how it stands there.
    """

    span: Span
    role: Role


def definition(snapshot: Snapshot, offset: int) -> Span | None:
    """The key in the schema that the name at this byte offset refers to; None for any other text."""
    place = at(snapshot, offset)
    if not isinstance(place, SymbolPlace) or place.declaration is None:
        return None
    return place.declaration.name_span


def asked(snapshot: Snapshot, offset: int) -> Span | None:
    """The name at this byte offset, where it is a symbol's."""
    place = at(snapshot, offset)
    return place.span if isinstance(place, SymbolPlace) else None


def references(snapshot: Snapshot, offset: int) -> list[Mention]:
    """Every place that names the symbol at this byte offset, in the order of the text; none for any other text."""
    place = at(snapshot, offset)
    if not isinstance(place, SymbolPlace):
        return []
    return [Mention(span, role) for _, role, span in mentions_of(snapshot, place)]
