"""Semantic tokens inside schemas: which names are native functions and which words are native types."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ffi_core.dialects import DIALECTS
from ffi_core.model import CallKind, Span, SymbolKind
from ffi_lsp.ide.cursor import inside_quotes, is_imported, types_of
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
    """The tokens of every schema, in the order of the text; none of them overlap.

    What stands under the name of a variable is left to those who know JavaScript.
    """
    data = snapshot.text.data
    tokens: dict[Span, Token] = {}
    for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
        known = DIALECTS[call.dialect].types
        for entry in call.declarations if call.kind is CallKind.LIBRARY else ():
            if is_imported(call, entry.span):
                continue
            found = facts.exported.get(entry.declaration.symbol if entry.declaration else entry.name)
            is_data = found is not None and found[0].kind in (SymbolKind.DATA, SymbolKind.TLS)
            kind = TokenKind.VARIABLE if is_data else TokenKind.FUNCTION
            tokens[entry.name_span] = Token(entry.name_span, kind, exported=found is not None)
            for word in types_of(call, entry):
                inner = inside_quotes(data, word.span)
                if word.value in known and inner != word.span:
                    tokens[inner] = Token(inner, TokenKind.TYPE)
    return sorted(tokens.values(), key=lambda token: token.span)
