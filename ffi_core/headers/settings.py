"""What a person says about a library's headers: in the settings, or in a comment of the file that binds it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MENTION = re.compile(r"(?://|/\*|#)[ \t]*ffi-header:[ \t]*([^\n\r]*?)[ \t]*(?:\*/|\r|\n|$)")


@dataclass(frozen=True, slots=True)
class HeaderSettings:
    """Where a library's prototypes come from, as its user says.

    Parameters
    ----------
    headers: names as in ``#include``, or paths.
    include_dirs: directories to search first, in order.
    defines: macros to define: ``"NAME"`` or ``"NAME=value"``.
    """

    headers: tuple[str, ...] = ()
    include_dirs: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()


def mentioned_headers(text: str) -> tuple[str, ...]:
    """The headers that a file names in comments: ``// ffi-header: sqlite3.h``.

    Several may stand in one comment, with commas between them.

    Parameters
    ----------
    text: the file's text.

    Returns
    -------
    The names in order, each once.
    """
    if "ffi-header:" not in text:
        return ()
    names = (name.strip().strip('<>"') for match in _MENTION.finditer(text) for name in match.group(1).split(","))
    return tuple(dict.fromkeys(filter(None, names)))
