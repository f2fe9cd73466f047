"""From folded values to Python's own: what a schema's check reads."""

from __future__ import annotations

from typing import Any

from ffi_core.model import Array, BigInt, Boolean, Nothing, Number, Object, Text, Value


class NotFoldedError(ValueError):
    """A value holds a part that the text alone does not give."""


def plain(value: Value) -> Any:
    """A value as Python's own: dict, list, str, int, float, bool, None.

    Raises
    ------
    NotFoldedError: where a part of it is unknown.
    """
    match value:
        case Text() | Number() | BigInt() | Boolean():
            return value.value
        case Nothing():
            return None
        case Array(items=items, complete=True):
            return [plain(item) for item in items]
        case Object(properties=properties, complete=True):
            return {entry.key: plain(entry.value) for entry in properties}
        case _:
            raise NotFoldedError(f"the value at byte {value.span.start} is not known from the text")
