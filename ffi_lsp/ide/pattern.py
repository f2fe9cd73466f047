"""Whether a cursor is among the names taken from a library: in ``{ f, | } = Porffor.dlopen(...)`` and its kin."""

from __future__ import annotations

import re

from ffi_core.model import DlopenCall, Span

_WORD_REST = re.compile(rb"[\w$]*")
_WORD = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$"
_ENDS = (b";", b"{", b"}")
_HOLDERS = re.compile(rb"(?:^|[^\w$])(?:symbols|functions)\Z")
_FURTHEST = 1 << 16


def name_in_pattern(data: bytes, call: DlopenCall, offset: int) -> Span | None:
    """The name, perhaps empty, around a cursor in the pattern that takes a call's symbols.

    Parameters
    ----------
    data: the file.
    call: the call whose result is taken apart.
    offset: byte offset of the cursor.

    Returns
    -------
    None where the cursor is elsewhere, behind a colon, or among names that are no symbols.
    """
    start = call.span.start
    if not start - _FURTHEST < offset < start:
        return None
    brace = _last_end(data, start - _FURTHEST, offset)
    if data[brace : brace + 1] != b"{" or not _is_taken_from(data[offset:start]):
        return None
    names = data[brace + 1 : offset]
    word = offset - len(names) + len(names.rstrip(_WORD))
    if data[brace + 1 : word].rstrip()[-1:] not in (b"", b","):
        return None
    if call.dialect != "porffor" and not _is_holder(data[_last_end(data, start - _FURTHEST, brace) + 1 : brace]):
        return None
    rest = _WORD_REST.match(data, offset)
    return Span(word, rest.end() if rest else offset)


def _last_end(data: bytes, first: int, offset: int) -> int:
    """Where the last brace or semicolon before a place stands; -1 where there is none."""
    return max(data.rfind(mark, max(0, first), offset) for mark in _ENDS)


def _is_taken_from(behind: bytes) -> bool:
    """Whether what stands between the cursor and the call closes a pattern, and sets it to the call's result."""
    close = min((at for mark in _ENDS if (at := behind.find(mark)) >= 0), default=-1)
    rest = behind[close:].rstrip().removesuffix(b"await").rstrip() if close >= 0 else b""
    return rest.startswith(b"}") and rest.endswith(b"=") and not rest[:-1].strip(b"} \t\r\n\f\v")


def _is_holder(before: bytes) -> bool:
    """Whether the name before an inner pattern is that under which a library's symbols are."""
    name, colon, rest = before.rpartition(b":")
    return bool(colon) and not rest.strip() and _HOLDERS.search(name.rstrip()[-20:]) is not None
