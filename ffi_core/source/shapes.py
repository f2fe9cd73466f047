"""What may be known about a value: which members lead on, which call opens a library, which names are symbols.

Where such values go is for `ffi_core.source.flow`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ffi_core.model import Binding, CallSite, Span
from ffi_core.source.call import CallText


@dataclass(frozen=True, slots=True)
class Members:
    """A value some of whose members are known: a module, a namespace, an opened library."""

    entries: Mapping[str, Shape]


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that is the same wherever it stands, such as a member of Bun's FFIType."""

    value: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A function or class of the runtime.

    Parameters
    ----------
    on_call: what a call of it gives, or None where that does not lead on.
    is_class: whether it is called with ``new``; None where it works with and without.
    members: what it has besides, as a class has static methods.
    """

    on_call: Callable[[CallText], Shape | None]
    is_class: bool | None = False
    members: Mapping[str, Shape] = field(default_factory=dict)


@dataclass(slots=True)
class Symbols:
    """The object whose members are the symbols of a library; collects what becomes of them.

    Parameters
    ----------
    direct: whether only a pattern right at the call takes them, as in Porffor.
    """

    direct: bool = False
    bindings: list[Binding] = field(default_factory=list)
    uses: list[tuple[str, Span]] = field(default_factory=list)
    calls: list[CallSite] = field(default_factory=list)
    labels: list[Span] = field(default_factory=list)
    closings: list[Span] = field(default_factory=list)

    @property
    def is_used(self) -> bool:
        """Whether anything was collected."""
        return bool(self.bindings or self.uses or self.calls or self.labels or self.closings)

    def hand_over(self) -> Symbols:
        """All that was collected, which is not here any more."""
        collected = Symbols(
            self.direct, self.bindings[:], self.uses[:], self.calls[:], self.labels[:], self.closings[:]
        )
        for each in (self.bindings, self.uses, self.calls, self.labels, self.closings):
            each.clear()
        return collected


@dataclass(frozen=True, slots=True)
class BoundSymbol:
    """One symbol's function.

    Parameters
    ----------
    name: the symbol.
    owner: where its uses are collected.
    place: the text by which it was reached.
    members: what it has besides, as a callback can be closed.
    named: whether `place` is a name of its own, and no method of it such as ``call``.
    """

    name: str
    owner: Symbols
    place: Span
    members: Mapping[str, Shape] = field(default_factory=dict)
    named: bool = True


Shape = Members | Constant | Entry | Symbols | BoundSymbol
