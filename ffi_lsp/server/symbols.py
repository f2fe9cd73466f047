"""Outlines and semantic tokens as objects of the protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b

from lsprotocol import types

from ffi_lsp.ide.outline import OutlineEntry, SymbolKind
from ffi_lsp.ide.semantic_tokens import Token, TokenKind
from ffi_lsp.server.positions import Positions
from ffi_lsp.server.words import LEGEND

_KINDS = {
    SymbolKind.LIBRARY: types.SymbolKind.Module,
    SymbolKind.FUNCTION: types.SymbolKind.Function,
    SymbolKind.STATIC: types.SymbolKind.Variable,
    SymbolKind.TYPE: types.SymbolKind.Struct,
}
_DECLARATION, _EXPORTED = 1, 2


def tree(entry: OutlineEntry, positions: Positions) -> types.DocumentSymbol:
    """An entry with those below it."""
    return types.DocumentSymbol(
        name=entry.name or '""',
        detail=entry.detail,
        kind=_KINDS[entry.kind],
        range=positions.range(entry.span),
        selection_range=positions.range(entry.name_span),
        children=[tree(child, positions) for child in entry.children],
    )


def flat(
    entry: OutlineEntry, uri: str, positions: Positions, inside: str | None = None
) -> Iterator[types.SymbolInformation]:
    """An entry and those below it in one list, for clients that know no trees."""
    location = types.Location(uri, positions.range(entry.span))
    yield types.SymbolInformation(location, entry.name or '""', _KINDS[entry.kind], container_name=inside)
    for child in entry.children:
        yield from flat(child, uri, positions, entry.name)


def state_of(data: Sequence[int]) -> str:
    """A name for some tokens, the same for the same ones."""
    return blake2b(repr(data).encode(), digest_size=8).hexdigest()


def token_edits(before: Sequence[int], after: Sequence[int]) -> list[types.SemanticTokensEdit]:
    """What makes the tokens that a client has into those that there are now: at most one edit."""
    shorter = min(len(before), len(after))
    start = next((place for place in range(shorter) if before[place] != after[place]), shorter)
    end = next((place for place in range(shorter - start) if before[-1 - place] != after[-1 - place]), shorter - start)
    if start == len(before) == len(after):
        return []
    return [types.SemanticTokensEdit(start, len(before) - end - start, list(after[start : len(after) - end]))]


def token_data(tokens: Iterable[Token], positions: Positions) -> list[int]:
    """Five numbers for each token: lines and columns from the one before, length, kind, modifiers."""
    data: list[int] = []
    line = column = 0
    for token in tokens:
        start, end = positions.position(token.span.start), positions.position(token.span.end)
        if end.line != start.line or end.character <= start.character:
            continue
        modifiers = 0 if token.kind is TokenKind.TYPE else _DECLARATION | (_EXPORTED if token.exported else 0)
        data += [
            start.line - line,
            start.character - (column if start.line == line else 0),
            end.character - start.character,
            LEGEND.token_types.index(token.kind.value),
            modifiers,
        ]
        line, column = start.line, start.character
    return data
