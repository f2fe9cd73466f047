"""What was followed through a text on the way to its calls, for whoever reads the next text of the file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ffi_core.model import DlopenCall, Span
from ffi_core.source.moving import shifted
from ffi_core.source.shapes import Shape, Symbols, without_calls


@dataclass(slots=True)
class Taken:
    """The variables that a flow followed, in order.

    Parameters
    ----------
    names, places, shapes: the same number of each: a variable, its declaration's name or None for a global, and what
        is known about its value.
    dialect: whose flow it was.
    """

    names: list[str] = field(default_factory=list)
    places: list[Span | None] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    dialect: str = ""

    def without_calls(self) -> Taken:
        """The same, holding nothing of the text in which they were followed."""
        return replace(self, shapes=[without_calls(shape) for shape in self.shapes])

    def shifted(self, at: int, distance: int) -> Taken:
        """The same after an edit in front of some: as `ffi_core.source.moving.shifted`."""
        return replace(self, places=list(shifted(tuple(self.places), at, distance)))

    def outside(self, place: Span) -> Taken:
        """Those that are not declared in some place."""
        if not any(each is not None and place.start <= each.start < place.end for each in self.places):
            return self
        kept = [
            index for index, each in enumerate(self.places) if each is None or not place.start <= each.start < place.end
        ]
        return Taken(
            [self.names[index] for index in kept],
            [self.places[index] for index in kept],
            [self.shapes[index] for index in kept],
            self.dialect,
        )


@dataclass(slots=True)
class Trail:
    """All flows of one text, and what they found.

    Parameters
    ----------
    taken: what each flow followed.
    found: the calls, as their dialects gave them, each with the object that collects what becomes of its symbols.
    """

    taken: list[Taken] = field(default_factory=list)
    found: list[tuple[DlopenCall, Symbols]] = field(default_factory=list)

    def clear(self) -> None:
        """Let go of them: they lead back to the text, which would wait for a search for garbage."""
        self.taken.clear()
        self.found.clear()
