"""What was read at one place of a text, as it reads at another: each position in it moved by as many bytes."""

from __future__ import annotations

import enum
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from ffi_core.model import Declaration, Span

_T = TypeVar("_T")
_known: dict[type, tuple[str, ...]] = {}
_WITHOUT_PLACES = frozenset({str, bytes, int, float, bool, type(None)})


def moved(thing: _T, distance: int) -> _T:
    """A frozen dataclass of `ffi_core.model`, or a tuple of some, further on in the text.

    Parameters
    ----------
    thing: a value, property, declaration, call site or anything made of them. Text inside stays what it is.
    distance: bytes, negative where it moved towards the start.
    """
    return thing if distance == 0 else _moved(thing, distance)


def _moved(thing: Any, distance: int) -> Any:
    kind = type(thing)
    if kind is Span:
        return Span(thing.start + distance, thing.end + distance)
    if kind is tuple:
        return tuple([part if type(part) in _WITHOUT_PLACES else _moved(part, distance) for part in thing])
    if issubclass(kind, enum.Enum | Declaration):
        return thing
    parts = [getattr(thing, name) for name in _names(kind)]
    return kind(*[part if type(part) in _WITHOUT_PLACES else _moved(part, distance) for part in parts])


def _names(kind: type) -> tuple[str, ...]:
    known = _known.get(kind)
    if known is None:
        if not is_dataclass(kind):
            raise TypeError(f"{kind.__name__} is no dataclass, and has no places to move")
        known = _known[kind] = tuple(field.name for field in fields(kind))
    return known
