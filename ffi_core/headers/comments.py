"""What the text of a header says that no reader tells: the comment above a declaration, the parameters of a macro."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

_MOST_HEADER_BYTES = 16 << 20
_MOST_COMMENT_LINES = 400
_MOST_DECLARATION_LINES = 12
_OPENING = re.compile(r"^\s*(/\*[*!]*<?|//[/!]*<?|\*\*(?=\s|$)|\*(?!/))\s?")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_CLOSING = re.compile(r"\s*\*+/\s*$")


def comment_above(path: str, line: int) -> str:
    """The comment that ends right above a declaration, without its marks; empty where there is none.

    Parameters
    ----------
    path: the header.
    line: the line of the declared name, from 1; the declaration may begin some lines higher.
    """
    lines = _lines_of(path)
    if not 0 < line <= len(lines):
        return ""
    first = line - 1
    while first > 0 and line - first < _MOST_DECLARATION_LINES and not _ends_something(lines[first - 1]):
        first -= 1
    # `#ifdef` and its like may stand between the two.
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return _comment_ending_at(lines, first - 1) if first > 0 else ""


def macro_parameters(path: str, line: int, name: str) -> tuple[str, ...]:
    """The parameters of a macro, as the text of the header defines it: ``("x", "y", "...")``.

    Parameters
    ----------
    path: the header.
    line: the line of the macro's name, from 1.
    name: the macro.
    """
    text = "\n".join(_lines_of(path)[line - 1 : line - 1 + _MOST_DECLARATION_LINES]).replace("\\\n", " ")
    match = re.search(rf"\b{re.escape(name)}\(([^)]*)\)", _COMMENT.sub(" ", text))
    words = match.group(1).split(",") if match is not None else ()
    return tuple(word.strip() for word in words if word.strip())


@lru_cache(maxsize=256)
def _lines_of(path: str) -> Sequence[str]:
    try:
        with Path(path).open("rb") as file:
            return tuple(file.read(_MOST_HEADER_BYTES).decode("utf-8", "replace").splitlines())
    except OSError:
        return ()


def _ends_something(line: str) -> bool:
    text = line.strip()
    return not text or text.endswith((";", "}", "*/", "{")) or text.startswith(("#", "//"))


def _comment_ending_at(lines: Sequence[str], last: int) -> str:
    first = last
    text = lines[last].strip()
    if text.startswith("//"):
        while first > 0 and lines[first - 1].lstrip().startswith("//"):
            first -= 1
    elif text.endswith("*/"):
        while first > 0 and "/*" not in lines[first] and last - first < _MOST_COMMENT_LINES:
            first -= 1
        if not lines[first].lstrip().startswith("/*"):
            return ""  # it stands behind code, and speaks of that
    else:
        return ""
    bare = (_OPENING.sub("", _CLOSING.sub("", line)).strip() for line in lines[first : last + 1])
    return "\n".join(bare).strip()
