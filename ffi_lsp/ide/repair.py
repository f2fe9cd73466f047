"""A text that breaks off at the cursor, closed there, so that what stands before it can be read as a tree again."""

from __future__ import annotations

from ffi_lsp.ide.context import TOKEN

_CALLEES = (b"dlopen", b"linkSymbols")
_CLOSERS = {b"{": b"}", b"[": b"]", b"(": b")"}


def closed_at(data: bytes, offset: int) -> bytes | None:
    """The text up to the cursor with every open string and bracket closed.

    Parameters
    ----------
    data: the file.
    offset: byte offset of the cursor.

    Returns
    -------
    None where the cursor is not inside the parentheses of what may be a call that opens a library.
    """
    callee = max(data.rfind(name, 0, offset) for name in _CALLEES)
    start = data.find(b"(", callee, offset) if callee >= 0 else -1
    if start < 0:
        return None
    closers: list[bytes] = []
    tail = b""
    for token in TOKEN.finditer(data, start, offset):
        kind, text = token.lastgroup, token[0]
        if kind == "open":
            closers.append(_CLOSERS[text])
        elif kind == "close" and closers:
            closers.pop()
        elif kind == "string" and token.end() == offset and (len(text) == 1 or text[-1:] != text[:1]):
            tail = text[:1]
        if not closers:
            return None
    return data[:offset] + tail + b"".join(reversed(closers)) if closers else None
