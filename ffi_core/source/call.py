"""A call as it is written: callee, arguments, the pattern that takes its result; also one that is not yet finished."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ffi_core.model import Array, Object, Property, Span, Text, Unknown, Value
from ffi_core.source.literal import TRANSPARENT, Lookup, fold, fold_property, span_of, text_of, unwrap

if TYPE_CHECKING:
    from tree_sitter import Node

_WITHIN_A_CALLEE = TRANSPARENT | {
    "identifier",
    "property_identifier",
    "string",
    "string_fragment",
    "member_expression",
    "subscript_expression",
}
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
    pattern: the target of ``const target = call``, or None.
    """

    span: Span
    callee: Node
    arguments: Array
    pattern: Node | None


def call_around(path: Sequence[Node], lookup: Lookup | None = None) -> CallText | None:
    """The call whose callee holds a word, or None where the word stands in no callee.

    Parameters
    ----------
    path: nodes from the root to the word, as `SourceTree.path_to` gives them.
    lookup: where consts are looked up; without it only literals have values.
    """
    for depth in range(len(path) - 1, 0, -1):
        node, parent = path[depth], path[depth - 1]
        if parent.type == "call_expression":
            callee = parent.child_by_field_name("function")
            if callee is None or callee.id != node.id:
                return None
            return CallText(span_of(parent), callee, arguments_of(parent, lookup), _target(path, depth - 1))
        if parent.type == "ERROR" and node.type == "member_expression":
            return _unfinished(node, parent, lookup)
        if node.type not in _WITHIN_A_CALLEE:
            return None
    return None


def arguments_of(call: Node, lookup: Lookup | None = None) -> Array:
    """The arguments of a ``call_expression``, folded; `complete` is False behind a spread."""
    node = call.child_by_field_name("arguments")
    if node is None or node.type != "arguments":
        return Array(Span(call.end_byte, call.end_byte), (), complete=False)
    items = [child for child in node.named_children if child.type != "comment"]
    values = tuple(Unknown(span_of(item)) if item.is_error else fold(item, lookup) for item in items)
    broken = any(item.type in {"spread_element", "ERROR"} for item in items)
    return Array(span_of(node), values, complete=not broken)


def is_member(node: Node, owner: str, name: str) -> bool:
    """Whether an expression is written as ``owner.name``, with or without ``?.``, or as ``owner["name"]``."""
    node = unwrap(node)
    target = node.child_by_field_name("object")
    if target is None or text_of(unwrap(target)) != owner:
        return False
    member, index = node.child_by_field_name("property"), node.child_by_field_name("index")
    if member is not None:
        return text_of(member) == name
    return index is not None and fold(index) == Text(span_of(index), name)


def _target(path: Sequence[Node], depth: int) -> Node | None:
    while depth > 0 and (path[depth - 1].type in TRANSPARENT or path[depth - 1].type == "await_expression"):
        depth -= 1
    if depth == 0 or path[depth - 1].type != "variable_declarator":
        return None
    value = path[depth - 1].child_by_field_name("value")
    return path[depth - 1].child_by_field_name("name") if value is not None and value.id == path[depth].id else None


def _unfinished(callee: Node, error: Node, lookup: Lookup | None) -> CallText | None:
    """A call without its end: the parser leaves its parts side by side in an error node."""
    siblings = error.children
    index = next(index for index, child in enumerate(siblings) if child.id == callee.id)
    behind = siblings[index + 1 :]
    if not behind or behind[0].type != "(":
        return None
    before = [child for child in siblings[:index] if child.type != "comment"]
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
