"""Makes what tells two readings apart short enough for a person: few texts, and little in them that is the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

_T = TypeVar("_T")


def shortest(texts: Sequence[str], fails: Callable[[Sequence[str]], bool]) -> list[str]:
    """The fewest and shortest texts in that order that still fail.

    Parameters
    ----------
    texts: texts of one file that fail when they are shown one after the other.
    fails: whether some texts do.
    """
    kept = list(texts)
    for earlier in range(len(kept) - 2, -1, -1):  # as a rule it takes no more than the text before
        if fails([kept[earlier], kept[-1]]):
            kept = [kept[earlier], kept[-1]]
            break
    else:
        kept = without(kept, fails)
    for unit in (_lines, list):
        kept = _without_what_all_share(kept, fails, unit)
    return kept


def without(parts: Sequence[_T], fails: Callable[[list[_T]], bool]) -> list[_T]:
    """The parts that it takes to fail: none of them can be left out alone."""
    kept = list(parts)
    size = len(kept) // 2
    while size:
        place = 0
        while place < len(kept):
            shorter = kept[:place] + kept[place + size :]
            if fails(shorter):
                kept = shorter
            else:
                place += size
        size //= 2
    return kept


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def _without_what_all_share(
    texts: list[str], fails: Callable[[Sequence[str]], bool], split: Callable[[str], list[str]]
) -> list[str]:
    """The texts without what stands alike at the start, and at the end, of all of them, as far as it is not needed."""
    parts = [split(text) for text in texts]
    same = min(map(len, parts))
    start = next((at for at in range(same) if len({part[at] for part in parts}) > 1), same)
    end = next((at for at in range(same - start) if len({part[-1 - at] for part in parts}) > 1), same - start)
    head, tail = parts[0][:start], parts[0][len(parts[0]) - end :]
    middles = [part[start : len(part) - end] for part in parts]

    def joined(head: list[str], tail: list[str]) -> list[str]:
        return ["".join([*head, *middle, *tail]) for middle in middles]

    head = without(head, lambda shorter: fails(joined(shorter, tail)))
    tail = without(tail, lambda shorter: fails(joined(head, shorter)))
    return joined(head, tail)
