"""A text as bytes with an index of its lines: byte offsets to lines and columns and back, in any of LSP's encodings.

Only ``\\n``, ``\\r\\n`` and ``\\r`` end a line, as the protocol has it; ``str.splitlines`` would also break at U+2028,
form feeds and others, and positions would drift.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import Literal

from ffi_core.model import Span

Encoding = Literal["utf-8", "utf-16", "utf-32"]

_LINE_END = re.compile(rb"\r\n|\n|\r")
_LINE_ENDS = (b"\n", b"\r")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BASIC_PLANE_END = 0xFFFF


class SourceText:
    """The bytes of a file and where its lines begin. Not to be changed after it is made.

    Parameters
    ----------
    data: the text in UTF-8. Bytes that are none stand for one character each, so that every offset has a position.
        A byte order mark at the start takes no column, as in editors.
    is_from_editor: whether the text came from an editor, which counts a byte order mark that it sends like any letter.
    """

    __slots__ = ("__dict__", "data", "is_from_editor")

    def __init__(self, data: bytes, *, is_from_editor: bool = False) -> None:
        self.data, self.is_from_editor = data, is_from_editor

    def __len__(self) -> int:
        """Bytes."""
        return len(self.data)

    @cached_property
    def line_starts(self) -> Sequence[int]:
        """Byte offset at which each line begins; a text without a line end has one line."""
        # Those of bytes, unlike those of str, are the protocol's.
        starts = list(accumulate(map(len, self.data.splitlines(keepends=True)), initial=0))
        if len(starts) > 1 and self.data[-1:] not in _LINE_ENDS:
            starts.pop()
        if self.data.startswith(_BYTE_ORDER_MARK) and not self.is_from_editor:
            starts[0] = len(_BYTE_ORDER_MARK)
        return starts

    def edited(self, span: Span, data: bytes) -> SourceText:
        """The text with other bytes in the place of some; lines that are known are not looked for again.

        Parameters
        ----------
        span: what is replaced, inside the text.
        data: what stands there then, in UTF-8.
        """
        text = SourceText(self.data[: span.start] + data + self.data[span.end :], is_from_editor=self.is_from_editor)
        starts = self.__dict__.get("line_starts")
        if starts is None or (span.start < len(_BYTE_ORDER_MARK) and not self.is_from_editor):
            return text
        # What stands right before the edit may be half of a line end, of which the other half comes or goes.
        end, longer = span.start + len(data), len(data) - (span.end - span.start)
        window = _LINE_END.finditer(text.data, max(span.start - 1, 0), end + 1)
        fresh = [found for match in window if span.start <= (found := match.end()) <= end]
        before, behind = bisect_left(starts, span.start, 1), bisect_right(starts, span.end, 1)
        text.line_starts = [
            *starts[:before],
            *fresh,
            *[start + longer for start in starts[behind:]],
        ]  # a list is twice as fast
        return text

    def line_span(self, line: int) -> Span:
        """The bytes of a line (0-based) without its line end; a number outside the text means the nearest line."""
        line = min(max(line, 0), len(self.line_starts) - 1)
        start = self.line_starts[line]
        if line + 1 == len(self.line_starts):
            return Span(start, len(self.data))
        end = self.line_starts[line + 1]
        return Span(start, end - 2 if self.data[end - 2 : end] == b"\r\n" else end - 1)

    def position(self, offset: int, encoding: Encoding = "utf-16") -> tuple[int, int]:
        """Line and column (0-based) of a byte offset.

        Parameters
        ----------
        offset: bytes from the start; one outside the text is taken to its nearest end, one inside a character or a
            line end to the start of it.
        encoding: what a column counts: bytes, UTF-16 code units or characters.
        """
        starts = self.line_starts
        offset = min(max(offset, starts[0]), len(self.data))
        line = bisect_right(starts, offset) - 1
        before = self.data[starts[line] : offset]
        if before.isascii() and not before.endswith(b"\r"):  # the first half of a line end
            return line, len(before)
        span = self.line_span(line)
        before = self.data[span.start : min(offset, span.end)]
        sizes, columns = _ends(self.data[span.start : span.end], encoding)
        whole = bisect_right(sizes, len(before))
        return line, columns[whole - 1] if whole else 0

    def offset(self, line: int, column: int, encoding: Encoding = "utf-16") -> int:
        """Byte offset of a line and column (0-based), as `position` counts them.

        A line behind the last gives the end of the text, a column behind the end of its line that end, one inside a
        character the start of the character.
        """
        if line >= len(self.line_starts):
            return len(self.data)
        if line < 0:
            return self.line_starts[0]
        span = self.line_span(line)
        content = self.data[span.start : span.end]
        if content.isascii():
            return span.start + min(max(column, 0), len(content))
        sizes, columns = _ends(content, encoding)
        whole = bisect_right(columns, column)
        return span.start + (sizes[whole - 1] if whole else 0)

    def slice(self, span: Span) -> str:
        """The text of a span; bytes that are no UTF-8 show as U+FFFD."""
        return self.data[span.start : span.end].decode("utf-8", "replace")

    def line_text(self, line: int) -> str:
        """The text of a line (0-based), without its line end."""
        return self.slice(self.line_span(line))


def _ends(content: bytes, encoding: Encoding) -> tuple[list[int], list[int]]:
    """Where each character of a line ends: in bytes, and in columns."""
    try:
        letters = content.decode("utf-8", "surrogatepass")
        sizes = [_size(letter) for letter in letters]
    except UnicodeDecodeError:
        letters = content.decode("utf-8", "surrogateescape")
        sizes = [1 if "\udc80" <= letter <= "\udcff" else _size(letter) for letter in letters]
    if encoding == "utf-8":
        columns = sizes
    elif encoding == "utf-16":
        columns = [1 + (ord(letter) > _BASIC_PLANE_END) for letter in letters]
    else:
        columns = [1] * len(letters)
    return list(accumulate(sizes)), list(accumulate(columns))


def _size(letter: str) -> int:
    code = ord(letter)
    if code < 0x80:
        return 1
    if code < 0x800:
        return 2
    return 3 if code <= _BASIC_PLANE_END else 4
