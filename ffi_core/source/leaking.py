"""Whether an object goes where the text does not tell what is done with it: returned, passed on, exported, spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ffi_core.source.literal import TRANSPARENT, key_of, span_of, text_of
from ffi_core.source.scope import Scopes

if TYPE_CHECKING:
    from tree_sitter import Node

_WRAPPERS = TRANSPARENT | {"await_expression"}
_HOLDING = {"symbols", "functions"}
"""Members that hold all symbols; any other member is one symbol, or has nothing to do with them."""
_MOST_STEPS = 16


def leaks(path: Sequence[Node], scopes: Scopes, steps: int = _MOST_STEPS) -> bool:
    """Whether the object that stands at the end of a path, or one in it that holds symbols, is passed on as a whole.

    Parameters
    ----------
    path: nodes from the root to the expression.
    scopes: where the variables that hold it are looked up.
    steps: how many variables and members may lie between; further ones are not followed, and taken for a leak.
    """
    depth = len(path) - 1
    while depth > 1 and path[depth - 1].type in _WRAPPERS:
        depth -= 1
    if depth < 1 or steps == 0:
        return True
    node, parent = path[depth], path[depth - 1]
    match parent.type:
        case "expression_statement":
            return False
        case "member_expression" | "subscript_expression":
            owner = parent.child_by_field_name("object")
            place = parent.child_by_field_name("property") or parent.child_by_field_name("index")
            name = key_of(place) if place is not None else None
            if owner is None or owner.id != node.id or name is None:
                return True
            return name in _HOLDING and leaks(path[:depth], scopes, steps - 1)
        case "variable_declarator":
            target = parent.child_by_field_name("name")
            return target is None or _leaks_from(target, scopes, steps - 1)
        case _:
            return True


def _leaks_from(target: Node, scopes: Scopes, steps: int) -> bool:
    """Whether what a declared variable or pattern takes is passed on."""
    if target.type == "object_pattern":
        return any(_part_leaks(child, scopes, steps) for child in target.named_children)
    if target.type not in {"identifier", "shorthand_property_identifier_pattern"}:
        return True
    declared = scopes.resolve(text_of(target), target.start_byte)
    if declared is None or declared.exported or declared.span != span_of(target):
        return True
    references = scopes.uses(declared)
    return any(
        entry.is_label or entry.is_target or leaks(entry.path, scopes, steps - 1 if steps else 0)
        for entry in references
    )


def _part_leaks(node: Node, scopes: Scopes, steps: int) -> bool:
    if node.type == "comment":
        return False
    if node.type == "object_assignment_pattern":
        node = node.child_by_field_name("left") or node
    key, value = node.child_by_field_name("key") or node, node.child_by_field_name("value") or node
    if value.type == "assignment_pattern":
        value = value.child_by_field_name("left") or value
    name = key_of(key)
    if name is None:
        return True
    return name in _HOLDING and _leaks_from(value, scopes, steps)
