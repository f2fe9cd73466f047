"""Statements that only choose among values, as a `switch` on the platform does: which expression they end up with.

Nothing is run: a statement that could do anything else makes the answer unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ffi_core.model import Boolean, Number, Text, Value

if TYPE_CHECKING:
    from tree_sitter import Node

Fold = Callable[["Node"], Value]
"""Gives the value of an expression, as far as it is known."""

_DEEPEST = 32
_MOST_STATEMENTS = 256  # of a function, which may be called at every line
_DECLARATIONS = {"lexical_declaration", "type_alias_declaration", "interface_declaration", "empty_statement", "comment"}


class _UnknownError(Exception):
    """The text does not tell where these statements lead."""


class _Broke(Exception):  # noqa: N818 - it is the end of a switch, and no error
    """A `break` was met."""


def returned(function: Node, fold: Fold, parameters: Iterable[str]) -> Node | None:
    """The expression that a function surely returns; None where that is not known, or nothing is returned.

    Parameters
    ----------
    function: the node of a function of any kind, which is neither `async` nor a generator.
    fold: gives the values of conditions.
    parameters: the function's own names, which no declaration inside may hide.
    """
    body = function.child_by_field_name("body")
    if body is None or any(child.type in {"async", "*"} for child in function.children):
        return None
    if body.type != "statement_block":
        return body
    try:
        return _Walk(fold, None, tuple(parameters)).run([body], 0)
    except (_UnknownError, _Broke):
        return None


def assigned(statements: Sequence[Node], name: str, first: Node | None, fold: Fold) -> Node | None:
    """The expression that a variable holds after some statements; None where that is not known.

    Parameters
    ----------
    statements: those behind its declaration, in order.
    name: the variable.
    first: what its declaration sets it to.
    fold: gives the values of conditions.
    """
    walk = _Walk(fold, name, ())
    walk.value = first
    try:
        walk.run(statements, 0)
    except (_UnknownError, _Broke):
        return None
    return walk.value


class _Walk:
    def __init__(self, fold: Fold, name: str | None, hidden: tuple[str, ...]) -> None:
        self.fold = fold
        self.value: Node | None = None
        self._name, self._steps = name, 0
        self._hidden = [re.compile(rf"(?<![\w$]){re.escape(word)}(?![\w$])".encode()) for word in hidden]
        self._word = re.compile(rf"(?<![\w$]){re.escape(name)}(?![\w$])".encode()) if name is not None else None

    def run(self, statements: Iterable[Node], depth: int) -> Node | None:
        """The expression of the `return` that is reached, or None where they are left at their end."""
        if depth > _DEEPEST:
            raise _UnknownError
        for node in statements:
            if self._word is not None and not self._word.search(node.text or b"") and node.type != "break_statement":
                continue  # it does not set the variable, whatever else it does
            found = self._step(node, depth)
            if found is not None:
                return found
        return None

    def _step(self, node: Node, depth: int) -> Node | None:
        self._steps += 1
        if self._steps > _MOST_STATEMENTS:
            raise _UnknownError
        match node.type:
            case "statement_block":
                return self.run(node.named_children, depth + 1)
            case "if_statement":
                branch = self._branch(node)
                return self.run([branch], depth + 1) if branch is not None else None
            case "else_clause":
                return self.run(node.named_children, depth + 1)
            case "switch_statement":
                return self._switch(node, depth)
            case "break_statement" if not node.named_children:
                raise _Broke
            case "return_statement" if self._name is None and node.named_children:
                return node.named_children[0]
            case "expression_statement" if self._name is not None and node.named_children:
                self._assign(node.named_children[0])
                return None
            case kind if kind in _DECLARATIONS and not any(word.search(node.text or b"") for word in self._hidden):
                return None
            case _:
                raise _UnknownError

    def _branch(self, node: Node) -> Node | None:
        condition = node.child_by_field_name("condition")
        known = self.fold(condition) if condition is not None else None
        if not isinstance(known, Boolean):
            raise _UnknownError
        return node.child_by_field_name("consequence" if known.value else "alternative")

    def _switch(self, node: Node, depth: int) -> Node | None:
        subject, body = node.child_by_field_name("value"), node.child_by_field_name("body")
        if subject is None or body is None:
            raise _UnknownError
        cases = [child for child in body.named_children if child.type in {"switch_case", "switch_default"}]
        start = self._case(_scalar(self.fold(subject)), cases)
        try:
            for case in cases[start:]:
                found = self.run(case.children_by_field_name("body"), depth + 1)
                if found is not None:
                    return found
        except _Broke:
            pass
        return None

    def _case(self, subject: str | int | float, cases: list[Node]) -> int:
        default = len(cases)
        for index, case in enumerate(cases):
            value = case.child_by_field_name("value")
            if case.type == "switch_default":
                default = index
            elif value is None:
                raise _UnknownError
            elif _scalar(self.fold(value)) == subject:
                return index
        return default

    def _assign(self, node: Node) -> None:
        left = node.child_by_field_name("left")
        if node.type != "assignment_expression" or left is None or left.type != "identifier":
            raise _UnknownError
        right = node.child_by_field_name("right")
        if (left.text or b"").decode("utf-8", "replace") != self._name or right is None:
            raise _UnknownError
        if self._word is not None and self._word.search(right.text or b""):
            raise _UnknownError  # made of what it held before
        self.value = right


def _scalar(value: Value) -> str | int | float:
    if isinstance(value, Text | Number):
        return value.value
    raise _UnknownError
