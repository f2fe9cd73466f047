"""What surely comes after what, and what stands in one block: the order of statements, as far as the text fixes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ffi_core.model import Span
from ffi_core.source.literal import TRANSPARENT, span_of
from ffi_core.source.parse import SourceTree

if TYPE_CHECKING:
    from tree_sitter import Node

_LISTS = {"program", "statement_block"}
FUNCTIONS = frozenset(
    {
        "function_declaration",
        "function_expression",
        "function",
        "generator_function",
        "generator_function_declaration",
        "arrow_function",
        "method_definition",
        "class_static_block",
        "class_body",
    }
)
"""Nodes whose inside runs at another time than what stands around them."""
_WRITTEN_TWICE = {"for_statement", "while_statement", "do_statement"}
_WRAPPERS = TRANSPARENT | {"await_expression"}


def path_of(tree: SourceTree, span: Span) -> list[Node]:
    """The nodes from the root to the outermost one of a span; empty where there is none."""
    path = tree.path_to(span.start)
    for depth, node in enumerate(path):
        if span_of(node) == span:
            return path[: depth + 1]
    return []


def surely_after(tree: SourceTree, first: Span, then: Span) -> bool:
    """Whether an expression surely comes after a call that is a statement of its own, in straight-line code.

    Parameters
    ----------
    tree: the file.
    first: the call.
    then: the expression.
    """
    statement = _statement(path_of(tree, first))
    if statement is None or then.start < statement[-1].end_byte:
        return False
    block = statement[-2]
    if block.type not in _LISTS or then.start >= block.end_byte:
        return False
    path = tree.path_to(then.start)
    depth = next((depth for depth, node in enumerate(path) if node.id == block.id), None)
    return depth is not None and not any(node.type in FUNCTIONS for node in path[depth + 1 :])


def block_of_c(path: Sequence[Node]) -> tuple[Span, bool] | None:
    """The text that Porffor's compiler puts into one block of C with the end of a path, and whether it does so twice.

    It makes a function of C of each function, and a block of each branch of an ``if``, but none of a loop, of ``{}`` or
    of a ``case``; and it writes the body of a loop with a condition twice. None where that is unclear.
    """
    twice = False
    for depth in range(len(path) - 2, -1, -1):
        node, child = path[depth], path[depth + 1]
        if node.type in FUNCTIONS or node.type == "program":
            return span_of(node), twice
        if node.type == "if_statement" and child.type in {"statement_block", "else_clause"}:
            return span_of(child), twice
        if node.type == "try_statement":
            return None
        twice = twice or node.type in _WRITTEN_TWICE
    return None


def _statement(path: list[Node]) -> list[Node] | None:
    """The path cut to the statement that consists of the expression at its end alone."""
    depth = len(path) - 1
    while depth > 0 and path[depth - 1].type in _WRAPPERS:
        depth -= 1
    return path[:depth] if depth > 1 and path[depth - 1].type == "expression_statement" else None
