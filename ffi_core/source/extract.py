"""What every dialect needs beside the call itself: schema entries, destructured names, and where those are used.

Knows JavaScript, but no dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ffi_core.model import (
    Array,
    BigInt,
    Binding,
    Boolean,
    CallSite,
    Declaration,
    Nothing,
    Number,
    Object,
    SourceDeclaration,
    Span,
    Text,
    Value,
)
from ffi_core.source.call import arguments_of
from ffi_core.source.literal import TRANSPARENT, Lookup, fold, span_of, text_of
from ffi_core.source.scope import Reference, Scopes

if TYPE_CHECKING:
    from tree_sitter import Node


class NotFoldedError(ValueError):
    """A value holds a part that the text alone does not give."""


def offsets_of(text: bytes, word: bytes) -> Iterator[int]:
    """Every byte offset at which `word` stands, in order."""
    offset = text.find(word)
    while offset >= 0:
        yield offset
        offset = text.find(word, offset + len(word))


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


def bindings_of(pattern: Node | None) -> tuple[Binding, ...]:
    """The names that an object pattern takes, in order; what is computed, nested or behind ``...`` has none."""
    if pattern is None or pattern.type != "object_pattern":
        return ()
    found = (_binding(child) for child in pattern.named_children)
    return tuple(binding for binding in found if binding is not None)


def _binding(node: Node) -> Binding | None:
    if node.type == "object_assignment_pattern":
        left = node.child_by_field_name("left")
        return _binding(left) if left is not None else None
    if node.type == "shorthand_property_identifier_pattern":
        return Binding(text_of(node), span_of(node), text_of(node), span_of(node))
    key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
    if node.type != "pair_pattern" or key is None or value is None:
        return None
    target = value.child_by_field_name("left") if value.type == "assignment_pattern" else value
    inner = key.named_children[0] if key.type == "computed_property_name" and key.named_children else key
    folded = fold(inner) if inner.type != "property_identifier" else Text(span_of(inner), text_of(inner))
    if target is None or target.type != "identifier" or not isinstance(folded, Text):
        return None
    return Binding(folded.value, span_of(key), text_of(target), span_of(target))


@dataclass(frozen=True, slots=True)
class Followed:
    """Where the bound names lead; the fields are those of `DlopenCall`."""

    uses: tuple[tuple[str, Span], ...]
    calls: tuple[CallSite, ...]
    labels: tuple[Span, ...]


def follow(bindings: tuple[Binding, ...], scopes: Scopes) -> Followed:
    """Find every use of the names that destructuring gives, and the calls among them; shadowed names are none."""
    uses, calls, labels = [], [], []
    for binding in bindings:
        declared = scopes.resolve(binding.local, binding.local_span.start)
        if declared is None or declared.span != binding.local_span:
            continue
        if declared.exported:
            labels.append(binding.local_span)
        for reference in scopes.references(declared):
            uses.append((binding.symbol, reference.span))
            if reference.is_label:
                labels.append(reference.span)
            site = call_through(reference, binding.symbol, scopes.constant)
            if site is not None:
                calls.append(site)
    return Followed(
        tuple(sorted(uses, key=lambda use: use[1])),
        tuple(sorted(calls, key=lambda site: site.span)),
        tuple(sorted(labels)),
    )


def call_through(reference: Reference, symbol: str, lookup: Lookup | None = None) -> CallSite | None:
    """The call whose callee is this reference, or None where the name is used in another way."""
    path = reference.path
    depth = len(path) - 1
    while depth > 1 and path[depth - 1].type in TRANSPARENT:
        depth -= 1
    call = path[depth - 1] if depth else path[0]
    callee = call.child_by_field_name("function")
    if call.type != "call_expression" or callee is None or callee.id != path[depth].id:
        return None
    return CallSite(symbol, span_of(call), reference.span, arguments_of(call, lookup))
