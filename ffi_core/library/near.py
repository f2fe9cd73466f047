"""Names of libraries that a person may have meant: another version of the same one, another spelling, a slip."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_SUFFIX = re.compile(r"(\.so(\.[\w.-]+)?|(\.[\d.]+)?\.dylib|\.tbd|\.dll|\.a)$", re.IGNORECASE)
_IS_LIBRARY = re.compile(r"\.so(\.\d[\w.-]*)?$|\.dylib$|\.dll$")

_SLACK = 3
_LIKENESS = 0.75


def near_names(name: str, present: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The names among `present` that resemble `name`, best first.

    A library of the same name comes first whatever its version (``libfoo.so`` -> ``libfoo.so.1``), prefix or suffix
    (``foo``, ``foo.dll``, ``libfoo.dylib`` -> ``libfoo.so``), then names within a few letters.

    Parameters
    ----------
    name: a file name, without directory.
    present: file names; those that are no library's are passed over.
    count: how many to give at most.
    """
    libraries = sorted({other for other in present if other != name and _IS_LIBRARY.search(other)}, key=len)
    stem, suffix = _stem(name), _suffix(name)
    by_stem: dict[str, list[str]] = {}
    for other in libraries:
        by_stem.setdefault(_stem(other), []).append(other)
    same = sorted(by_stem.pop(stem, ()), key=lambda other: not other.startswith(name))
    alike = [other for other in by_stem if abs(len(other) - len(stem)) <= _SLACK]
    close = [
        min(by_stem[other], key=lambda full: _suffix(full) != suffix)
        for other in difflib.get_close_matches(stem, alike, count, _LIKENESS)
    ]
    return tuple([*same, *close][:count])


def _stem(name: str) -> str:
    return _SUFFIX.sub("", name).lower().removeprefix("lib")


def _suffix(name: str) -> str:
    found = _SUFFIX.search(name)
    return found[0] if found else ""
