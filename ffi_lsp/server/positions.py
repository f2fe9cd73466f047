"""Byte offsets to the protocol's positions and back, in the encoding that client and server agreed upon."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

from ffi_core.model import Span
from ffi_lsp.text import Encoding, SourceText


@dataclass(frozen=True, slots=True)
class Positions:
    """The positions of one text.

    Parameters
    ----------
    text: the text.
    encoding: what a column counts.
    """

    text: SourceText
    encoding: Encoding

    def position(self, offset: int) -> types.Position:
        """The position of a byte offset."""
        return types.Position(*self.text.position(offset, self.encoding))

    def range(self, span: Span) -> types.Range:
        """The range of a span."""
        return types.Range(self.position(span.start), self.position(span.end))

    def offset(self, position: types.Position) -> int:
        """The byte offset of a position; one outside the text is taken to its nearest place."""
        return self.text.offset(position.line, position.character, self.encoding)

    def span(self, range_: types.Range) -> Span:
        """The span of a range, whichever end comes first."""
        start, end = sorted((self.offset(range_.start), self.offset(range_.end)))
        return Span(start, end)
