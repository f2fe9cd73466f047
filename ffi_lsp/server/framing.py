"""The base protocol's framing: a stream of bytes, cut into message bodies. No I/O, no JSON.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#baseProtocol
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_BODY = 1 << 30
"""Bytes: a longer body is taken for a damaged header."""

_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,19})[ \t]*\r?$")
_END_OF_HEADERS = re.compile(rb"\r\n\r\n|\n\n")


class FramingError(Exception):
    """The stream is no sequence of messages, and nothing tells where the next one would begin."""


class Frames:
    """Collects bytes until they make whole messages."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._length: int | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Take bytes as they come and yield each body that they complete.

        Raises
        ------
        FramingError: where a block of headers gives no usable length.
        """
        self._waiting += data
        while True:
            if self._length is None:
                end = _END_OF_HEADERS.search(self._waiting)
                if end is None:
                    return
                self._length = _length_in(bytes(self._waiting[: end.start()]))
                del self._waiting[: end.end()]
            if len(self._waiting) < self._length:
                return
            body = bytes(self._waiting[: self._length])
            del self._waiting[: self._length]
            self._length = None
            yield body


def _length_in(headers: bytes) -> int:
    found = _LENGTH.search(headers)
    if found is None:
        raise FramingError(f"expected a Content-Length header, not {headers[:80]!r}")
    length = int(found[1])
    if length > MAX_BODY:
        raise FramingError(f"a message of {length} bytes is more than the {MAX_BODY} that are read")
    return length
