"""What was read at one place of a text, as it reads at another: each position in it moved by as many bytes."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from ffi_core.mark import Mark
from ffi_core.model import Declaration, Span

_T = TypeVar("_T")
_Mover = Callable[[Any, int], Any]


def moved(thing: _T, distance: int) -> _T:
    """A frozen dataclass of `ffi_core.model`, or a tuple of some, further on in the text.

    Parameters
    ----------
    thing: a value, property, declaration, call site or anything made of them. Text inside stays what it is.
    distance: bytes, negative where it moved towards the start.

    Raises
    ------
    TypeError: a part of it is neither, so that nobody knows where its places are.
    """
    mover = _movers[type(thing)]
    moved_thing: _T = thing if mover is None or distance == 0 else mover(thing, distance)
    return moved_thing


class _Movers(dict[type, "_Mover | None"]):
    """What moves the objects of each type; None for those that have no place."""

    def __missing__(self, kind: type) -> _Mover | None:
        if issubclass(kind, (str, bytes, int, float, type(None), enum.Enum, Declaration, Mark)):
            self[kind] = None
        elif is_dataclass(kind):
            self[kind] = _mover_of(kind)
        else:
            raise TypeError(f"{kind.__name__} is no dataclass, and has no places to move")
        return self[kind]


def _moved_span(span: Span, distance: int) -> Span:
    new: Span = _create(Span)
    _set_start(new, span.start + distance)
    _set_end(new, span.end + distance)
    return new


def _moved_tuple(parts: tuple[Any, ...], distance: int) -> tuple[Any, ...]:
    return tuple(
        [part if (mover := _movers[type(part)]) is None else mover(part, distance) for part in parts] if parts else ()
    )


def _mover_of(kind: type) -> _Mover:
    """Copies slot by slot: a frozen dataclass's own `__init__` takes three times as long, and this is done at each
    keystroke for all that follows it in the text.
    """
    slots = [getattr(kind, field.name) for field in fields(kind)]
    pairs = [(slot.__get__, slot.__set__) for slot in slots]

    def move(thing: Any, distance: int) -> Any:
        new: Any = _create(kind)
        for get, set_ in pairs:
            part = get(thing)
            mover = _movers[type(part)]
            set_(new, part if mover is None else mover(part, distance))
        return new

    return move


_create = object.__new__
_set_start, _set_end = (getattr(Span, name).__set__ for name in ("start", "end"))
_movers = _Movers({Span: _moved_span, tuple: _moved_tuple})
