"""Where a header defines a struct: looked for in its text and in the headers that it includes. Nothing is parsed."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from ffi_lsp.surroundings import Surroundings

_INCLUDE = re.compile(rb"^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"\n]+)", re.MULTILINE)
_MOST_HEADERS = 300
_LARGEST = 8 << 20


def find_struct(header: str, tag: str, typedef: str | None, around: Surroundings) -> tuple[Path, int] | None:
    """The place where a struct or union is defined, or where it is named first if no header shows what is in it.

    Parameters
    ----------
    header: the header to begin with: a path, or a name as in ``#include``.
    tag: ``"struct timeval"``; ``"struct"`` alone where it has no tag.
    typedef: the name that a header gives it, or None.
    around: finds headers by name.

    Returns
    -------
    The header, and the line from 1; None where it is not found in so many headers as a person would wait for.
    """
    patterns = _patterns(tag, typedef)
    second: tuple[Path, int] | None = None
    for path, data in _included(header, around):
        for rank, pattern in enumerate(patterns):
            found = pattern.search(data)
            if found is not None:
                place = path, data.count(b"\n", 0, found.start("name")) + 1
                if rank == 0:
                    return place
                second = second or place
    return second


def _patterns(tag: str, typedef: str | None) -> list[re.Pattern[bytes]]:
    """What a definition looks like, and what a mere declaration does."""
    definitions, declarations = [], []
    kind, _, name = tag.partition(" ")
    word = re.escape(name.encode())
    if name:
        definitions.append(rb"\b" + kind.encode() + rb"\s+(?P<name>" + word + rb")\s*\{")
        declarations.append(rb"\b" + kind.encode() + rb"\s+(?P<name>" + word + rb")\b\s*[;*\w]")
    if typedef:
        other = re.escape(typedef.encode())
        if not name:
            definitions.append(rb"\}\s*(?P<name>" + other + rb")\s*[;,]")
        declarations.append(rb"\btypedef\b[^;{}]*\b(?P<name>" + other + rb")\s*;")
    whole = [*definitions[:1], *reversed(declarations)]
    return [re.compile(pattern) for pattern in whole]


def _included(header: str, around: Surroundings) -> Iterator[tuple[Path, bytes]]:
    first = Path(header) if Path(header).is_absolute() else around.header_file(header)
    waiting = deque([first] if first is not None else [])
    seen = set(waiting)
    for _ in range(_MOST_HEADERS):
        if not waiting:
            return
        path = waiting.popleft()
        try:
            if path.stat().st_size > _LARGEST:
                continue
            data = path.read_bytes()
        except OSError:
            continue
        yield path, data
        for match in _INCLUDE.finditer(data):
            name = match[2].decode("utf-8", "replace")
            beside = path.parent / name
            other = beside if beside.is_file() else around.header_file(name)
            if other is not None and other not in seen:
                seen.add(other)
                waiting.append(other)
