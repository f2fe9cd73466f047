"""Whether a version is one that a specifier asks for, as people write it: ``1``, ``^1.2``, ``~1.2.3``, ``*``."""

from __future__ import annotations

import re

_VERSION = re.compile(r"(\d{1,9})\.(\d{1,9})\.(\d{1,9})")
_ASKED = re.compile(r"([\^~]?)(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?")


def satisfies(version: str, asked: str) -> bool:
    """Whether a version surely fits; what is written in another form, a pre-release among those, does not.

    Parameters
    ----------
    version: all three numbers of it.
    asked: what has to be met.
    """
    if asked in {"*", "x", "X"}:
        return True
    has, wants = _VERSION.fullmatch(version), _ASKED.fullmatch(asked)
    if has is None or wants is None:
        return False
    numbers = [int(word) for word in has.groups()]
    least = [int(word) for word in wants.groups()[1:] if word is not None]
    match wants[1]:
        case "~":
            fixed = min(len(least), 2)
        case "^":
            # All up to the first number that is not zero stays as it is.
            fixed = next((place for place, number in enumerate(least, 1) if number), len(least))
        case _:
            fixed = len(least)
    return numbers[:fixed] == least[:fixed] and numbers[: len(least)] >= least
