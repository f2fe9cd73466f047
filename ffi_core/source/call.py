"""A call as it is written: callee, arguments, the pattern that takes its result; also one that is not yet finished."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ffi_core.model import Array, Object, Property, Span, Unknown, Value
from ffi_core.source.entries import Entries
from ffi_core.source.literal import Lookup, fold, fold_property, span_of

if TYPE_CHECKING:
    from tree_sitter import Node

_OPENING = {"(", "[", "{"}
_CLOSING = {")", "]", "}"}


@dataclass(frozen=True, slots=True)
class CallText:
    """A call expression.

    Parameters
    ----------
    span: the whole call; an unfinished one reaches as far as it can be read.
    callee: the expression that is called.
    arguments: folded; `complete` is False behind a spread.
    pattern: for an unfinished call, the target of ``const target = call``, where that can be told.
    entries: what is remembered of the entries in its arguments.
    """

    span: Span
    callee: Node
    arguments: Array
    pattern: Node | None = None
    entries: Entries | None = field(default=None, repr=False, compare=False)


def call_at(path: Sequence[Node], lookup: Lookup | None = None, entries: Entries | None = None) -> CallText | None:
    """Read a call.

    Parameters
    ----------
    path: nodes from the root to a ``call_expression`` or ``new_expression``, or to the callee of an unfinished call.
    lookup: where names are looked up; without it only literals have values.
    entries: what is remembered of other texts of the file.

    Returns
    -------
    The call; None where it has no arguments at all.
    """
    node = path[-1]
    if node.type in {"call_expression", "new_expression"}:
        callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        if callee is None:
            return None
        return CallText(span_of(node), callee, arguments_of(node, lookup, entries), entries=entries)
    return _unfinished(node, path[-2], lookup)


def arguments_of(call: Node, lookup: Lookup | None = None, entries: Entries | None = None) -> Array:
    """The arguments of a ``call_expression`` or ``new_expression``, folded; `complete` is False behind a spread."""
    node = call.child_by_field_name("arguments")
    if node is None or node.type != "arguments":
        return Array(Span(call.end_byte, call.end_byte), (), complete=False)
    items = [child for child in node.named_children if child.type != "comment"]
    values = tuple(Unknown(span_of(item)) if item.is_error else fold(item, lookup, entries) for item in items)
    broken = any(item.type in {"spread_element", "ERROR"} for item in items)
    return Array(span_of(node), values, complete=not broken)


def arguments_broken_off(callee: Node) -> Node | None:
    """The error node that begins with the ``(`` of a call, where the parser ended the statement before it."""
    node: Node | None = callee
    while node is not None and node.next_sibling is None:
        node = node.parent
    error = node.next_sibling if node is not None else None
    return (
        error if error is not None and error.is_error and error.children[:1] and error.children[0].type == "(" else None
    )


def _unfinished(callee: Node, parent: Node, lookup: Lookup | None) -> CallText | None:
    """A call without its end: the parser leaves its parts side by side in an error node."""
    error = parent if parent.is_error else arguments_broken_off(callee)
    siblings = error.children if error is not None else []
    index = next((index for index, child in enumerate(siblings) if child.id == callee.id), -1)
    behind = siblings[index + 1 :]
    if not behind or behind[0].type != "(":
        return None
    before = [child for child in siblings[: max(index, 0)] if child.type != "comment"]
    taken = len(before) >= 2 and before[-1].type == "=" and before[-2].type == "object_pattern"
    values = tuple(_open_arguments(behind[1:], lookup))
    end = max([behind[0].end_byte, *(value.span.end for value in values)])
    arguments = Array(Span(behind[0].start_byte, end), values, complete=False)
    return CallText(Span(callee.start_byte, end), callee, arguments, before[-2] if taken else None)


def _open_arguments(nodes: list[Node], lookup: Lookup | None) -> Iterator[Value]:
    for index, node in enumerate(nodes):
        if node.type == "{":
            yield _open_object(nodes[index:], lookup)
            return
        if node.type in _OPENING | _CLOSING:
            return
        if node.is_named and node.type != "comment" and not node.is_error:
            yield fold(node, lookup)


def _open_object(nodes: list[Node], lookup: Lookup | None) -> Object:
    """An object without its end; what stands in a deeper open bracket belongs to its last entry, which is not known."""
    properties: list[Property] = []
    depth, end = 0, nodes[0].end_byte
    for node in nodes:
        depth += (node.type in _OPENING) - (node.type in _CLOSING)
        if depth == 0:
            break
        end = node.end_byte
        entry = fold_property(node, lookup) if depth == 1 and node.type == "pair" else None
        if entry is not None:
            properties.append(entry)
    return Object(Span(nodes[0].start_byte, end), tuple(properties), complete=False)
