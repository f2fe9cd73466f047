"""Names that a person may have meant: of libraries (another version, another spelling, a slip) and of symbols."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import chain

_SUFFIX = re.compile(r"(\.so(\.[\w.-]+)?|(\.[\d.]+)?\.dylib|\.tbd|\.dll|\.a)$", re.IGNORECASE)
_IS_LIBRARY = re.compile(r"\.so(\.\d[\w.-]*)?$|\.dylib$|\.dll$")

_SLACK = 3
_LIKENESS = 0.75
_SHORT_NAME, _LONG_NAME = 9, 24
_FEW = 5000
_MOST_COMPARED = 40


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


def nearest_symbol(name: str, names: Sequence[str]) -> str | None:
    """The one of `names` that a person who wrote `name` most likely meant, or None where none is near.

    A name that differs only in case or underscores comes first, then the one that shares most of its letters.

    Parameters
    ----------
    name: a symbol's name that is not among `names`.
    names: the symbols that there are.
    """
    plain = _letters(name)
    same = _by_letters(tuple(names)).get(plain)
    if same is not None or not plain:
        return same
    slack = 2 + len(name) // 6
    near = _sharing_pairs(name, tuple(names)) if len(names) <= _FEW else _sharing_thirds(name, names)
    alike = [other for other in near if abs(len(other) - len(name)) <= slack]
    return next(iter(difflib.get_close_matches(name, alike, 1, _LIKENESS)), None)


def is_slip(name: str, other: str) -> bool:
    """Whether two names differ by one slip of the keyboard: a letter more, less or another, or two exchanged.

    Differences in case and underscores count as one. ``atexit`` is near ``exit``, but no slip for it.
    """
    if _letters(name) == _letters(other):
        return True
    start = _shared_at_the_start(name, other)
    end = _shared_at_the_start(name[start:][::-1], other[start:][::-1])
    one, two = name[start : len(name) - end], other[start : len(other) - end]
    return (len(one) <= 1 and len(two) <= 1) or (len(one) == len(two) == 2 and one == two[::-1])


def _shared_at_the_start(one: str, two: str) -> int:
    return next((count for count, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def _sharing_pairs(name: str, names: tuple[str, ...]) -> list[str]:
    """The names that have most pairs of neighbouring letters in common with one. To compare two names letter by letter
    takes a hundred times as long as to count those.
    """
    holders = _holders_of_pairs(names)
    shared = Counter(chain.from_iterable(holders.get(pair, ()) for pair in set(_pairs(name))))
    return [names[index] for index, _ in shared.most_common(_MOST_COMPARED)]


def _sharing_thirds(name: str, names: Sequence[str]) -> Sequence[str]:
    """The names that have whole pieces of one. One slip leaves two thirds of a name as they were, two slips leave one:
    to look for those first is what keeps this fast among 50,000 names.
    """
    if len(name) < _SHORT_NAME:
        return names
    third = len(name) // 3
    pieces = (name[:third], name[third:-third], name[-third:])
    intact = 2 if len(name) >= _LONG_NAME else 1
    return [other for other in names if sum(piece in other for piece in pieces) >= intact]


@lru_cache(maxsize=4)
def _holders_of_pairs(names: tuple[str, ...]) -> dict[str, list[int]]:
    holders: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        for pair in set(_pairs(name)):
            holders.setdefault(pair, []).append(index)
    return holders


def _pairs(name: str) -> list[str]:
    """Every two letters that stand side by side; the first and the last one also by themselves."""
    padded = f"^{name}$".lower()
    return [padded[at : at + 2] for at in range(len(padded) - 1)]


@lru_cache(maxsize=4)
def _by_letters(names: tuple[str, ...]) -> dict[str, str]:
    return {_letters(name): name for name in reversed(names)}


def _letters(name: str) -> str:
    return name.replace("_", "").lower()
