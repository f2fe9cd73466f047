"""What is done with the value of a call: awaited, compared, made text of. One variable that holds it is followed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ffi_core.model import BigInt, Boolean, Number, TakenAs, Taking, Text
from ffi_core.source.literal import TRANSPARENT, fold, span_of, text_of
from ffi_core.source.scope import Scopes

if TYPE_CHECKING:
    from tree_sitter import Node

_OF_PROMISES = {"then", "catch", "finally", "constructor"}
_EQUALITIES = {"==", "===", "!=", "!=="}
_TAKING_EITHER = {"&&", "||", "??"}
_PLAIN = Number | BigInt | Text | Boolean
_CONDITIONS = {"if_statement", "while_statement", "do_statement", "for_statement"}
_CONVERTERS = {"Number", "BigInt", "String", "parseInt", "parseFloat", "isNaN", "Number.isInteger", "Number.isNaN"}
_FUNCTIONS = {
    "function_declaration",
    "function_expression",
    "function",
    "generator_function",
    "generator_function_declaration",
    "arrow_function",
    "method_definition",
    "class_static_block",
}


def takings(path: Sequence[Node], scopes: Scopes) -> tuple[Taking, ...]:
    """Each thing that is done with the value of an expression.

    Parameters
    ----------
    path: nodes from the root to the expression.
    scopes: where a variable that holds the value is looked up.
    """
    return tuple(_takings(path, scopes, follow=True))


def can_wait(path: Sequence[Node]) -> bool:
    """Whether ``await`` may stand at the end of a path: in an async function, or at the top of a module."""
    function = next((node for node in reversed(path[:-1]) if node.type in _FUNCTIONS), None)
    if function is None:
        return True
    in_parameters = any(node.type == "formal_parameters" for node in path[path.index(function) :])
    return not in_parameters and any(child.type == "async" for child in function.children)


def _takings(path: Sequence[Node], scopes: Scopes, *, follow: bool) -> Iterator[Taking]:
    depth = len(path) - 1
    value = span_of(path[depth])
    while True:
        while depth > 1 and path[depth - 1].type in TRANSPARENT:
            depth -= 1
        node, parent = path[depth], path[depth - 1]
        if parent.type == "variable_declarator" and follow:
            found = list(_of_variable(path[: depth + 1], scopes))
            yield from found or [Taking(TakenAs.ELSEWHERE, value)]
            return
        taken_as = _taken_as(parent, node, scopes)
        if taken_as is not None:
            yield Taking(taken_as, value)
            return
        depth -= 1


def _taken_as(parent: Node, node: Node, scopes: Scopes) -> TakenAs | None:
    """What the parent does with a value; None where the parent has the value itself."""
    match parent.type:
        case "await_expression":
            return TakenAs.AWAITED
        case "expression_statement":
            return TakenAs.DROPPED
        case "binary_expression":
            return _in_operation(parent, node, scopes)
        case "augmented_assignment_expression" if _is(parent, "right", node):
            return TakenAs.OPERAND
        case "unary_expression":
            return _UNARY.get(text_of(parent.child_by_field_name("operator") or parent), TakenAs.ELSEWHERE)
        case "ternary_expression":
            return TakenAs.CONDITION if _is(parent, "condition", node) else None
        case kind if kind in _CONDITIONS and _is(parent, "condition", node):
            return TakenAs.CONDITION
        case "template_substitution":
            return TakenAs.TEXT
        case "member_expression" if _is(parent, "object", node):
            name = text_of(parent.child_by_field_name("property") or parent)
            return TakenAs.AWAITED if name in _OF_PROMISES else TakenAs.MEMBER
        case "arguments":
            callee = parent.parent.child_by_field_name("function") if parent.parent is not None else None
            name = text_of(callee) if callee is not None else ""
            return TakenAs.CONVERTED if name in _CONVERTERS or name.startswith("Math.") else TakenAs.ELSEWHERE
        case _:
            return TakenAs.ELSEWHERE


_UNARY = {
    "!": TakenAs.CONDITION,
    "-": TakenAs.OPERAND,
    "+": TakenAs.OPERAND,
    "~": TakenAs.OPERAND,
    "void": TakenAs.AWAITED,
}


def _in_operation(parent: Node, node: Node, scopes: Scopes) -> TakenAs | None:
    operator = parent.child_by_field_name("operator")
    word = operator.type if operator is not None else ""
    if word in _TAKING_EITHER:
        # The right side is what the operation gives; what is asked of the left one, a promise always answers alike.
        return TakenAs.CONDITION if _is(parent, "left", node) and word == "&&" else None
    if word in _EQUALITIES:
        other = parent.child_by_field_name("right" if _is(parent, "left", node) else "left")
        # A program may well ask whether there is a promise, or which.
        known = other is not None and isinstance(fold(other, scopes.constant), _PLAIN)
        return TakenAs.OPERAND if known else TakenAs.ELSEWHERE
    return TakenAs.ELSEWHERE if word in {"in", "instanceof", ""} else TakenAs.OPERAND


def _of_variable(path: Sequence[Node], scopes: Scopes) -> Iterator[Taking]:
    """What is done with the variable that a declarator, the last node but one, sets to a value once."""
    target = path[-2].child_by_field_name("name")
    declared = scopes.resolve(text_of(target), target.start_byte) if target and target.type == "identifier" else None
    if declared is None or declared.exported or target is None or declared.span != span_of(target):
        return
    references = scopes.references(declared)
    if any(reference.is_target for reference in references):
        return
    for reference in references:
        if reference.is_label:
            yield Taking(TakenAs.ELSEWHERE, reference.span)
        else:
            yield from _takings(reference.path, scopes, follow=False)


def _is(parent: Node, field_name: str, child: Node) -> bool:
    found = parent.child_by_field_name(field_name)
    return found is not None and found.id == child.id
