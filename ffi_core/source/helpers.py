"""Functions of other modules, called for the values they give, and values that stand elsewhere than their text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ffi_core.model import Array, Object, Property, Span, Unknown, Value


@dataclass(frozen=True, slots=True)
class Helper(Unknown):
    """A function that another module exports. It is no value that anybody judges, but a call of it may have one.

    Parameters
    ----------
    call: gives what the function returns for some arguments, standing anywhere.
    """

    call: Callable[[Sequence[Value]], Value] = field(repr=False, compare=False)


def placed_at(value: Value, span: Span) -> Value:
    """The same value with every part of it standing at one place."""
    match value:
        case Object(properties=properties, complete=complete):
            inner = tuple(Property(entry.key, span, placed_at(entry.value, span), span) for entry in properties)
            return Object(span, inner, complete)
        case Array(items=items, complete=complete):
            return Array(span, tuple(placed_at(item, span) for item in items), complete)
        case _:
            return replace(value, span=span)


def count_parts(value: Value, most: int) -> int:
    """How many values a value is made of; where they are more than `most`, some number above it.

    What a function returns may hold the same value twice over at each level, so that nobody lives to count it all.
    """
    count, waiting = 0, [value]
    while waiting and count <= most:
        count += 1
        match waiting.pop():
            case Object(properties=properties):
                waiting += [entry.value for entry in properties]
            case Array(items=items):
                waiting += items
    return count
