"""Entries of object literals that were folded before: the same text gives the same value, at another place perhaps.

Only what a text alone says is remembered, never what names in it stand for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ffi_core.model import Property, SourceDeclaration
from ffi_core.source.moving import moved

_SHORTEST, _LONGEST = 24, 1024  # bytes: what is shorter is folded as fast, what is longer has entries of its own


@dataclass(slots=True)
class Entry:
    """One ``key: value``.

    Parameters
    ----------
    property: folded, as it stood last.
    start: the byte at which that starts.
    steps: how many foldings it took.
    declared: what a dialect made of it, by whatever tells dialects apart.
    """

    property: Property
    start: int
    steps: int
    declared: dict[object, SourceDeclaration] = field(default_factory=dict)

    def move(self, start: int) -> None:
        """Let it start at another byte."""
        if start != self.start:
            self.property = moved(self.property, start - self.start)
            for key, known in self.declared.items():
                found = self.property
                self.declared[key] = SourceDeclaration(
                    found.key, found.key_span, found.span, found.value, known.declaration, known.mark
                )
            self.start = start


class Entries:
    """The entries of one file. Those that a text does not hold any more are forgotten with the next one."""

    def __init__(self) -> None:
        self._before: dict[tuple[int, bytes], Entry] = {}
        self._now: dict[tuple[int, bytes], Entry] = {}
        self._at: dict[int, Entry] = {}

    def next_text(self) -> None:
        """Begin with another text."""
        if self._now:
            self._before, self._now, self._at = self._now, {}, {}

    @staticmethod
    def worth_it(length: int) -> bool:
        """Whether an entry of so many bytes is remembered."""
        return _SHORTEST <= length <= _LONGEST

    def get(self, depth: int, text: bytes, start: int) -> Entry | None:
        """The entry with that text, as it stands at a byte.

        Parameters
        ----------
        depth: how deeply it lies in what is folded, of which a limit depends.
        """
        key = (depth, text)
        entry = self._now.get(key)
        if entry is not None and entry.start != start:
            return None  # the same text twice: each place has its own positions
        if entry is None:
            entry = self._before.get(key)
            if entry is None:
                return None
            entry.move(start)
            self._now[key] = entry
            self._at[id(entry.property)] = entry
        return entry

    def add(self, depth: int, text: bytes, start: int, found: Property, steps: int) -> None:
        """Remember an entry that was folded."""
        if (depth, text) not in self._now:
            entry = self._now[depth, text] = Entry(found, start, steps)
            self._at[id(found)] = entry

    def of(self, found: Property) -> Entry | None:
        """The entry of which a property came in this text."""
        entry = self._at.get(id(found))
        return entry if entry is not None and entry.property is found else None
