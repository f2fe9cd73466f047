"""The arguments of a call of a bound function, beside the types that are declared for them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ffi_core.model import Array, CallSite, Declaration, DlopenCall, Object, Signature, Span, Text, Value
from ffi_core.types import Type
from ffi_lsp.rules.schema_values import dialect_of

_LITERAL = re.compile(
    rb"""[-+]?\s*(?:\d[\w.]*(?:[eE][-+]?\d+)?|\.\d+)|true|false|null|undefined|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
)


def declaration_of(call: DlopenCall, site: CallSite) -> Declaration | None:
    """The declaration of the function that is called, where it is known."""
    entry = call.declaration_of(site.symbol)
    return entry.declaration if entry is not None else None


def signature_of(call: DlopenCall, site: CallSite) -> Signature | None:
    """The types of the function that is called, where they are known and its arguments hold no spread."""
    declaration = declaration_of(call, site) if site.arguments.complete else None
    return declaration.signature if declaration is not None else None


def arguments(call: DlopenCall, site: CallSite) -> Iterable[tuple[Type, Value]]:
    """Each argument that a declared parameter takes, behind its type."""
    signature = signature_of(call, site)
    return zip(signature.parameters, site.arguments.items, strict=False) if signature is not None else ()


def word_of_type(call: DlopenCall, site: CallSite, index: int) -> str | None:
    """The type of the parameter of that index as the schema writes it, where it is a string there."""
    entry = call.declaration_of(site.symbol)
    field = entry.value.get(dialect_of(call).parameters) if entry and isinstance(entry.value, Object) else None
    items = field.value.items if field is not None and isinstance(field.value, Array) else ()
    word = items[index] if index < len(items) else None
    return word.value if isinstance(word, Text) else None


def is_literal(call: DlopenCall, span: Span) -> bool:
    """Whether a text is a literal itself, and no name of a const that holds one."""
    return _LITERAL.fullmatch(call.source, span.start, span.end) is not None
