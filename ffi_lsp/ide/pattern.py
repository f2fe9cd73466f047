"""Whether a cursor is among the names taken from a library: in ``{ f, | } = Porffor.dlopen(...)`` and its kin."""

from __future__ import annotations

import re

from ffi_core.model import DlopenCall, Span

_BEFORE = re.compile(rb"(?P<outer>[^;{}]*)\{(?P<names>[^;{}]*?)(?P<word>[\w$]*)\Z")
_WORD_REST = re.compile(rb"[\w$]*")
_BEHIND = re.compile(rb"[^;{}]*\}(?P<closing>[\s}]*)=\s*(?:await\s*)?\Z")
_HOLDERS = re.compile(rb"\b(?:symbols|functions)\s*:\s*\Z")
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
    before, behind = _BEFORE.search(data, max(0, start - _FURTHEST), offset), _BEHIND.match(data, offset, start)
    if before is None or behind is None or before["names"].rstrip()[-1:] not in (b"", b","):
        return None
    if call.dialect != "porffor" and not _HOLDERS.search(before["outer"]):
        return None
    rest = _WORD_REST.match(data, offset)
    return Span(before.start("word"), rest.end() if rest else offset)
