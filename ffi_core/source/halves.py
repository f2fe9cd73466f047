"""Numbers of 64 bits that are wrongly put together from two of 32: a lower half with a sign, a shift by nothing.

``low + high * 2 ** 32`` is an address only where ``low`` is never negative; in half of all runs it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ffi_core.model import Halves, Number, Value
from ffi_core.source.literal import fold, span_of, text_of, unwrap
from ffi_core.source.origin import is_global
from ffi_core.source.parse import SourceTree
from ffi_core.source.scope import Scopes

if TYPE_CHECKING:
    from tree_sitter import Node

UPPER = re.compile(
    rb"0[xX]1_?0000_?0000\b|\b4_?294_?967_?296\b|\b2\s*\*\*\s*32\b|\bpow\(\s*2\s*,\s*32\s*\)|<<\s*32n?\b"
)
"""What makes the upper half of a number of 64 bits out of a number."""
_CONVERSIONS = {"BigInt", "Number"}
_MOST_CONSTS = 8
_SUMS = {"+", "|"}
_SIGNED_ARRAYS = {"Int32Array"}
_UNSIGNED_ARRAYS = {"Uint32Array"}
_SIGNED_READS = {"getInt32"}


def wrong_halves(tree: SourceTree, scopes: Scopes, *, all_signed: bool = False) -> Iterator[Halves]:
    """Every number of the file that is put together wrong.

    Parameters
    ----------
    tree: the file.
    scopes: its names.
    all_signed: whether the runtime reads elements of a ``Uint32Array`` as signed, too, as Porffor's compiler does.
    """
    seen = set()
    for offset in scopes.layout.matches(UPPER):
        path = tree.path_to(offset)
        sum_, high, low = _taken_apart(path)
        if sum_ is None or high is None or low is None or span_of(sum_) in seen:
            continue
        seen.add(span_of(sum_))
        low = _bare(low)
        shifted = _shifted_by_nothing(high, scopes)
        if shifted is not None:
            yield Halves(span_of(sum_), span_of(low), span_of(shifted))
        elif (source := _signed(_value(low, scopes), scopes, all_signed)) is not None:
            yield Halves(span_of(sum_), span_of(low), source=source)


def _taken_apart(path: list[Node]) -> tuple[Node | None, Node | None, Node | None]:
    """The sum, its upper half with the factor, and its lower half, for a path to the factor."""
    for depth in range(len(path) - 1, 0, -1):
        node, parent = path[depth], path[depth - 1]
        operator = parent.child_by_field_name("operator")
        if parent.type == "binary_expression" and operator is not None and operator.type in _SUMS:
            left, right = parent.child_by_field_name("left"), parent.child_by_field_name("right")
            if left is None or right is None or not _is_moved_up(node):
                return None, None, None
            return parent, node, right if left.id == node.id else left
        if parent.type not in {"binary_expression", "parenthesized_expression", "arguments", "call_expression"}:
            return None, None, None
    return None, None, None


def _is_moved_up(node: Node) -> bool:
    operator = unwrap(node).child_by_field_name("operator")
    return operator is not None and operator.type in {"*", "<<"}


def _shifted_by_nothing(node: Node, scopes: Scopes) -> Node | None:
    """The number in ``number << 32``, which JavaScript takes for ``number << 0``."""
    node = unwrap(node)
    operator, right = node.child_by_field_name("operator"), node.child_by_field_name("right")
    if node.type != "binary_expression" or operator is None or right is None or operator.type != "<<":
        return None
    value = fold(right, scopes.constant)
    return node.child_by_field_name("left") if isinstance(value, Number) and value.value == 32 else None


def _bare(node: Node) -> Node:
    """A half without parentheses, ``BigInt()`` and ``Number()`` around it."""
    while True:
        node = unwrap(node)
        callee, holder = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if callee is None or holder is None or text_of(callee) not in _CONVERSIONS:
            return node
        inner = next((child for child in holder.named_children if child.type != "comment"), None)
        if inner is None:
            return node
        node = inner


def _value(node: Node, scopes: Scopes) -> Node:
    """The expression that a const is set to, and otherwise the expression itself."""
    for _ in range(_MOST_CONSTS):
        found = scopes.constant(node) if node.type == "identifier" else None
        if found is None or isinstance(found, Value):
            break
        node = _bare(found)
    return node


def _signed(node: Node, scopes: Scopes, all_signed: bool) -> str | None:
    """What a half is read from, where it may be negative."""
    if node.type == "binary_expression" and all_signed:
        operator, left = node.child_by_field_name("operator"), node.child_by_field_name("left")
        is_unsigned = operator is not None and operator.type == ">>>"
        return _signed(_bare(left), scopes, all_signed) if is_unsigned and left is not None else None
    if node.type == "call_expression":
        callee = node.child_by_field_name("function")
        place = callee.child_by_field_name("property") if callee and callee.type == "member_expression" else None
        return text_of(place) if place is not None and text_of(place) in _SIGNED_READS else None
    owner = node.child_by_field_name("object") if node.type == "subscript_expression" else None
    maker = _maker(owner, scopes) if owner is not None and owner.type == "identifier" else None
    kinds = _SIGNED_ARRAYS | _UNSIGNED_ARRAYS if all_signed else _SIGNED_ARRAYS
    return text_of(maker) if maker is not None and text_of(maker) in kinds else None


def _maker(name: Node, scopes: Scopes) -> Node | None:
    """The kind of array that a name holds: what its const is made by, or the type that a parameter is given."""
    declared = scopes.resolve(text_of(name), name.start_byte)
    if declared is None:
        return None
    if declared.keyword == "parameter":
        parent = scopes.tree.path_to(declared.span.start)[-2]
        annotation = parent.child_by_field_name("type") if parent.type == "required_parameter" else None
        return annotation.named_children[0] if annotation is not None and annotation.named_children else None
    value = scopes.constant(name)
    node = unwrap(value) if value is not None and not isinstance(value, Value) else None
    maker = node.child_by_field_name("constructor") if node is not None and node.type == "new_expression" else None
    return maker if maker is not None and is_global(maker, scopes) else None
