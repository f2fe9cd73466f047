"""The headers that a text names in comments, ``// ffi-header: sqlite3.h, zlib.h``, and where each name stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ffi_core.model import Span

_MARK = b"ffi-header:"
_MENTION = re.compile(rb"(?://|/\*)[ \t]*ffi-header:(?P<names>[^\r\n]*)")
_END = b"*/"
_MARKS = b'<>" \t'


def header_names(data: bytes) -> Iterator[tuple[Span, str]]:
    """Each header that a text names, without angle brackets and quotes, and its place."""
    if _MARK not in data:
        return
    for match in _MENTION.finditer(data):
        start = match.start("names")
        for part in match["names"].partition(_END)[0].split(b","):
            name = part.strip(_MARKS)
            if name:
                at = start + part.index(name)
                yield Span(at, at + len(name)), name.decode("utf-8", "replace")
            start += len(part) + 1


def header_name_at(data: bytes, offset: int) -> Span | None:
    """The name, perhaps empty, that a cursor in such a comment is at; None elsewhere."""
    line_start = max(data.rfind(b"\n", 0, offset), data.rfind(b"\r", 0, offset)) + 1
    match = _MENTION.search(data, line_start)
    if match is None or not match.start("names") <= offset <= match.end("names"):
        return None
    end = match.start("names") + len(match["names"].partition(_END)[0])
    if offset > end:
        return None
    start = max(data.rfind(b",", match.start("names"), offset) + 1, match.start("names"))
    behind = data.find(b",", offset, end)
    stop = behind if behind >= 0 else end
    while start < offset and data[start : start + 1] in (b"<", b'"', b" ", b"\t"):
        start += 1
    while stop > offset and data[stop - 1 : stop] in (b">", b'"', b" ", b"\t"):
        stop -= 1
    return Span(start, stop)
