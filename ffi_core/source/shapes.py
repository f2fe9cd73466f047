"""What may be known about a value: which members lead on, which call opens a library, which names are symbols.

Where such values go is for `ffi_core.source.flow`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

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


def without_calls(shape: Shape) -> Shape:
    """The same value, for whoever looks where it goes, and does not ask what calls of it give.

    It holds nothing of the text in which the value was found, as the functions of an `Entry` do.
    """
    match shape:
        case Members(entries=entries):
            return Members({name: without_calls(each) for name, each in entries.items()})
        case Entry(is_class=is_class, members=members):
            return Entry(_gives_nothing, is_class, {name: without_calls(each) for name, each in members.items()})
        case BoundSymbol(members=members) if members:
            return replace(shape, members={name: without_calls(each) for name, each in members.items()})
        case _:
            return shape


def _gives_nothing(_call: CallText) -> None:
    return None
