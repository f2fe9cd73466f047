"""Calls whose arguments stand in the text, beside the types that are declared for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ffi_core.model import Array, CallSite, DlopenCall, Object, Signature, Span, Text, Value
from ffi_core.types import Type
from ffi_lsp.rules.schema_values import dialect_of

_T = TypeVar("_T")
_LITERAL = re.compile(
    rb"""[-+]?\s*(?:\d[\w.]*(?:[eE][-+]?\d+)?|\.\d+)|true|false|null|undefined|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call.

    Parameters
    ----------
    site: the call.
    type: the declared type.
    word: that type as the schema writes it, where it is a string; else None.
    value: what is passed, as far as the text tells.
    """

    site: CallSite
    type: Type
    word: str | None
    value: Value


def declared_calls(call: DlopenCall) -> Sequence[tuple[CallSite, Signature]]:
    """Each call of a function whose declaration is known, and whose arguments hold no spread."""
    return _declared_calls(call)


def arguments(call: DlopenCall) -> Sequence[Argument]:
    """Each argument that a declared parameter takes."""
    return _arguments(call)


def is_literal(call: DlopenCall, span: Span) -> bool:
    """Whether a text is a literal itself, and no name of a const that holds one."""
    return _LITERAL.fullmatch(call.source, span.start, span.end) is not None


def _once(read: Callable[[DlopenCall], Iterator[_T]]) -> Callable[[DlopenCall], tuple[_T, ...]]:
    """Let the rules, which are asked about one call after the other, share what the first of them has read of it."""
    last: tuple[DlopenCall | None, tuple[_T, ...]] = (None, ())

    def shared(call: DlopenCall) -> tuple[_T, ...]:
        nonlocal last
        known = last
        if known[0] is not call:
            known = last = (call, tuple(read(call)))
        return known[1]

    return shared


@_once
def _declared_calls(call: DlopenCall) -> Iterator[tuple[CallSite, Signature]]:
    for site in call.calls:
        entry = call.declaration_of(site.symbol)
        signature = entry.declaration.signature if entry is not None and entry.declaration is not None else None
        if signature is not None and site.arguments.complete:
            yield site, signature


@_once
def _arguments(call: DlopenCall) -> Iterator[Argument]:
    words_of: dict[str, list[str | None]] = {}
    for site, signature in _declared_calls(call):
        words = words_of.get(site.symbol)
        if words is None:
            words = words_of[site.symbol] = _words(call, site.symbol)
        for index, (type_, value) in enumerate(zip(signature.parameters, site.arguments.items, strict=False)):
            yield Argument(site, type_, words[index] if index < len(words) else None, value)


def _words(call: DlopenCall, symbol: str) -> list[str | None]:
    entry = call.declaration_of(symbol)
    field = entry.value.get(dialect_of(call).parameters) if entry and isinstance(entry.value, Object) else None
    items = field.value.items if field is not None and isinstance(field.value, Array) else ()
    return [item.value if isinstance(item, Text) else None for item in items]
