"""What was read at one place of a text, as it reads at another: positions in it moved by as many bytes."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from operator import is_
from types import MemberDescriptorType
from typing import Any, TypeVar

from ffi_core.mark import Mark
from ffi_core.model import Declaration, Span

_T = TypeVar("_T")
_Slots = tuple[MemberDescriptorType, ...]
_Layout = tuple[_Slots, Callable[[Any], None] | None]


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


class _Layouts(dict[type, "_Layout | None"]):
    """Where the objects of each type keep the parts that a copy takes over; None for those that have no place.

    With the slots stands what fills the others of a copy, if there are any: a field that is no parameter holds what was
    found out about that very object.
    """

    def __missing__(self, kind: type) -> _Layout | None:
        if issubclass(kind, (str, bytes, int, float, type(None), enum.Enum, Declaration, Mark, Mapping, frozenset)):
            return self.setdefault(kind, None)
        if not is_dataclass(kind) or kind.__new__ is not object.__new__:
            raise TypeError(f"{kind.__name__} is no plain dataclass, and has no places to move")
        slots: list[MemberDescriptorType] = []
        made_anew: list[tuple[MemberDescriptorType, Callable[[], object]]] = []
        for field in fields(kind):
            slot = getattr(kind, field.name, None)
            if isinstance(slot, MemberDescriptorType) and field.init:
                slots.append(slot)
            elif isinstance(slot, MemberDescriptorType) and callable(field.default_factory):
                made_anew.append((slot, field.default_factory))
            else:
                raise TypeError(f"{kind.__name__}.{field.name} is no slot that can be copied")

        def fill(copy: Any) -> None:
            for slot, make in made_anew:
                slot.__set__(copy, make())

        return self.setdefault(kind, (tuple(slots), fill if made_anew else None))


def _shift_in_python(thing: Any, at: int, distance: int) -> Any:
    kind = type(thing)
    if kind is Span:
        return _shifted_span(thing, at, distance)
    if kind is tuple:
        new_parts = _shifted_parts(thing, at, distance)
        return thing if all(map(is_, new_parts, thing)) else tuple(new_parts)
    layout = _layouts[kind]
    if layout is None:
        return thing
    slots, fill = layout
    parts = [slot.__get__(thing) for slot in slots]
    new_parts = _shifted_parts(parts, at, distance)
    if all(map(is_, new_parts, parts)):
        return thing
    # A frozen dataclass's own `__init__` takes three times as long.
    copy = object.__new__(kind)
    for slot, part in zip(slots, new_parts, strict=True):
        slot.__set__(copy, part)
    if fill is not None:
        fill(copy)
    return copy


def _shifted_parts(parts: Sequence[Any], at: int, distance: int) -> list[Any]:
    return [part if type(part) in _OFTEN_WITHOUT_PLACE else _shift_in_python(part, at, distance) for part in parts]


def _shifted_span(span: Span, at: int, distance: int) -> Span:
    if (span.start < at and span.end < at) or distance == 0:
        return span
    copy: Span = object.__new__(Span)
    _set_start(copy, span.start + distance if span.start >= at else span.start)
    _set_end(copy, span.end + distance if span.end >= at else span.end)
    return copy


_layouts = _Layouts()
_set_start, _set_end = (getattr(Span, name).__set__ for name in ("start", "end"))
_OFTEN_WITHOUT_PLACE = frozenset({str, bool, int, type(None)})
_shift: Callable[[Any, int, int], Any]
try:
    from ffi_core.source import _moving
except ImportError:  # installed where there was no compiler
    _shift = _shift_in_python
else:
    _shift = partial(_moving.shift, Span, _layouts)
