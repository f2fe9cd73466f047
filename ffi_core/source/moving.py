"""What was read at one place of a text, as it reads at another: positions in it moved by as many bytes."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from operator import is_
from types import MemberDescriptorType
from typing import Any, TypeVar

from ffi_core.mark import Mark
from ffi_core.model import Declaration, Span

_T = TypeVar("_T")
_Shifter = Callable[[Any, int, int], Any]
_Slot = tuple[MemberDescriptorType, Callable[[], object] | None]


def shifted(thing: _T, at: int, distance: int) -> _T:
    """A thing that was read from a text, as it reads after an edit in front of it, behind it or inside it.

    Parameters
    ----------
    thing: a span, a frozen dataclass of `ffi_core.model`, or a tuple of some. Text inside stays what it is.
    at: the first byte that moves. The starts and the ends of spans are treated alike: a span around it grows.
    distance: bytes, negative where they move towards the start.

    Returns
    -------
    Any part in which nothing changes, and so perhaps the whole, is the same object as before.

    Raises
    ------
    TypeError: a part of it is neither, so that nobody knows where its places are.
    """
    result: _T = _shift(thing, at, distance) if distance else thing
    return result


def moved(thing: _T, distance: int) -> _T:
    """A thing that was read from a text, further on in it: every position moves.

    Parameters, result and errors are those of `shifted`.
    """
    return shifted(thing, 0, distance)


def _slots_of(kind: type) -> tuple[_Slot, ...] | None:
    """Where the objects of a type keep their parts; None for those that have no place.

    With a slot stands what fills it in a changed copy, where that is not the old part: a field that is no parameter
    holds what was found out about that very object.
    """
    if issubclass(kind, (str, bytes, int, float, type(None), enum.Enum, Declaration, Mark, Mapping, frozenset)):
        return None
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is no dataclass, and has no places to move")
    slots: list[_Slot] = []
    for field in fields(kind):
        slot, anew = getattr(kind, field.name, None), None if field.init else field.default_factory
        if not isinstance(slot, MemberDescriptorType) or not (anew is None or callable(anew)):
            raise TypeError(f"{kind.__name__}.{field.name} is no slot that can be copied")
        slots.append((slot, anew))
    return tuple(slots)


class _Shifters(dict[type, "_Shifter | None"]):
    """What shifts the objects of each type; None for those that have no place."""

    def __missing__(self, kind: type) -> _Shifter | None:
        slots = _slots_of(kind)
        self[kind] = None if slots is None else _shifter_of(kind, slots)
        return self[kind]


def _shift(thing: Any, at: int, distance: int) -> Any:
    shifter = _shifters[type(thing)]
    return thing if shifter is None else shifter(thing, at, distance)


def _shifted_parts(parts: Iterable[Any], at: int, distance: int) -> list[Any]:
    return [part if (shifter := _shifters[type(part)]) is None else shifter(part, at, distance) for part in parts]


def _shifted_span(span: Span, at: int, distance: int) -> Span:
    start, end = span.start, span.end
    if start < at and end < at:
        return span
    new: Span = _create(Span)
    _set_start(new, start + distance if start >= at else start)
    _set_end(new, end + distance if end >= at else end)
    return new


def _shifted_tuple(parts: tuple[Any, ...], at: int, distance: int) -> tuple[Any, ...]:
    new = _shifted_parts(parts, at, distance)
    return parts if all(map(is_, new, parts)) else tuple(new)


def _shifter_of(kind: type, slots: tuple[_Slot, ...]) -> _Shifter:
    """Copies slot by slot: a frozen dataclass's own `__init__` takes three times as long, and this is done at each
    keystroke for all that follows it in the text.
    """
    kept = [(slot.__get__, slot.__set__) for slot, anew in slots if anew is None]
    getters, setters = [get for get, _ in kept], [set_ for _, set_ in kept]
    made_anew = [(slot.__set__, anew) for slot, anew in slots if anew is not None]

    def shift(thing: Any, at: int, distance: int) -> Any:
        parts = [get(thing) for get in getters]
        new_parts = _shifted_parts(parts, at, distance)
        if all(map(is_, new_parts, parts)):
            return thing
        new: Any = _create(kind)
        for set_, part in zip(setters, new_parts, strict=True):
            set_(new, part)
        for set_, anew in made_anew:
            set_(new, anew())
        return new

    return shift


_create = object.__new__
_set_start, _set_end = (getattr(Span, name).__set__ for name in ("start", "end"))
_shifters = _Shifters({Span: _shifted_span, tuple: _shifted_tuple})
