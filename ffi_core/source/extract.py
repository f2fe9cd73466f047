"""From folded values to the model: a schema's entries, values as Python's own, the call with all that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ffi_core.model import (
    Array,
    BigInt,
    Boolean,
    Declaration,
    DlopenCall,
    Nothing,
    Number,
    Object,
    SourceDeclaration,
    Text,
    Value,
)
from ffi_core.source.call import CallText
from ffi_core.source.flow import Symbols
from ffi_core.source.literal import span_of
from ffi_core.source.parse import SourceTree


class NotFoldedError(ValueError):
    """A value holds a part that the text alone does not give."""


def declarations_of(
    schema: Value | None, check: Callable[[str, Object], Declaration | None]
) -> tuple[SourceDeclaration, ...]:
    """The entries of a schema.

    Parameters
    ----------
    schema: the value given to dlopen.
    check: makes a declaration of a name and its entry, or None where the entry is wrong or cannot be known.
    """
    if not isinstance(schema, Object):
        return ()
    return tuple(
        SourceDeclaration(
            entry.key,
            entry.key_span,
            entry.span,
            entry.value,
            check(entry.key, entry.value) if isinstance(entry.value, Object) else None,
        )
        for entry in schema
    )


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


def dlopen_call(
    dialect: str,
    tree: SourceTree,
    call: CallText,
    library: Value | None,
    schema: Value | None,
    declarations: tuple[SourceDeclaration, ...],
    symbols: Symbols,
) -> DlopenCall:
    """Put together what was read about one call that opens a library; the parameters are the fields of `DlopenCall`."""
    return DlopenCall(
        dialect=dialect,
        span=call.span,
        callee_span=span_of(call.callee),
        library=library,
        schema=schema,
        declarations=declarations,
        bindings=tuple(symbols.bindings),
        uses=tuple(sorted(symbols.uses, key=lambda use: use[1])),
        calls=tuple(sorted(symbols.calls, key=lambda site: site.span)),
        labels=tuple(sorted(symbols.labels)),
        source=tree.text,
    )
