"""Semantic tokens inside schemas: which names are native functions and which words are native types."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ffi_core.dialects import DIALECTS
from ffi_core.model import Span, SymbolKind
from ffi_lsp.ide.cursor import types_of
from ffi_lsp.workspace import Snapshot


class TokenKind(enum.Enum):
    """The kinds, by their names in the protocol."""

    FUNCTION = "function"
    VARIABLE = "variable"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Token:
    """A word and what it is; `exported` says whether the library has the symbol."""

    span: Span
    kind: TokenKind
    exported: bool = False


def semantic_tokens(snapshot: Snapshot) -> list[Token]:
    """The tokens of every schema, in the order of the text; none of them overlap."""
    tokens = []
    for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
        known = DIALECTS[call.dialect].types
        for entry in call.declarations:
            found = facts.exported.get(entry.declaration.symbol if entry.declaration else entry.name)
            data = found is not None and found[0].kind in (SymbolKind.DATA, SymbolKind.TLS)
            kind = TokenKind.VARIABLE if data else TokenKind.FUNCTION
            tokens.append(Token(entry.name_span, kind, exported=found is not None))
            tokens += [
                Token(Span(word.span.start + 1, word.span.end - 1), TokenKind.TYPE)
                for word in types_of(call, entry)
                if word.value in known
            ]
    return sorted(set(tokens), key=lambda token: token.span)
