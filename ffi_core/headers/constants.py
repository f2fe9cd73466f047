"""The value of a constant expression in a header: an enum's values, an array's length, a bit-field's width."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

_BINARY: Mapping[str, Callable[[int, int], int]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "&&": lambda left, right: int(bool(left) and bool(right)),
    "||": lambda left, right: int(bool(left) or bool(right)),
}
_UNARY: Mapping[str, Callable[[int], int]] = {
    "+": operator.pos,
    "-": operator.neg,
    "~": operator.invert,
    "!": operator.not_,
}
_NUMBER = re.compile(r"(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)[uUlL]*")
_ESCAPES = {"n": 10, "t": 9, "r": 13, "0": 0, "a": 7, "b": 8, "f": 12, "v": 11, "\\": 92, "'": 39, '"': 34}
_LARGEST_SHIFT = 128


class NotConstantError(ValueError):
    """The value cannot be told from the text alone."""


def evaluate(node: Any, names: Mapping[str, int], size_of: Callable[[Any], int | None]) -> int:
    """The value of an expression.

    Parameters
    ----------
    node: pycparser's expression.
    names: the enum constants that are known.
    size_of: bytes of the type in a ``sizeof``, or None where it is not known.

    Raises
    ------
    NotConstantError: it is no integer constant, or not one that is understood here.
    """
    match type(node).__name__:
        case "Constant":
            return _literal(node.value)
        case "ID" if node.name in names:
            return names[node.name]
        case "UnaryOp" if node.op in _UNARY:
            return int(_UNARY[node.op](evaluate(node.expr, names, size_of)))
        case "UnaryOp" if node.op == "sizeof" and type(node.expr).__name__ == "Typename":
            size = size_of(node.expr.type)
            if size is not None:
                return size
        case "BinaryOp":
            return _binary(node.op, evaluate(node.left, names, size_of), evaluate(node.right, names, size_of))
        case "TernaryOp":
            chosen = node.iftrue if evaluate(node.cond, names, size_of) else node.iffalse
            return evaluate(chosen, names, size_of)
        case "Cast":
            return evaluate(node.expr, names, size_of)
    raise NotConstantError(type(node).__name__)


def _binary(sign: str, left: int, right: int) -> int:
    if sign in _BINARY:
        return int(_BINARY[sign](left, right))
    if sign in ("<<", ">>") and 0 <= right < _LARGEST_SHIFT:
        return left << right if sign == "<<" else left >> right
    if sign in ("/", "%") and right:
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return quotient if sign == "/" else left - right * quotient
    raise NotConstantError(sign)


def _literal(text: str) -> int:
    number = _NUMBER.fullmatch(text)
    if number is not None:
        digits = number.group(1)
        is_octal = digits.startswith("0") and digits.isdigit() and len(digits) > 1
        try:
            return int(digits, 8) if is_octal else int(digits, 0)
        except ValueError as error:
            raise NotConstantError(text) from error
    if len(text) == 3 and text[0] == text[2] == "'":
        return ord(text[1])
    if len(text) == 4 and text.startswith("'\\") and text[2] in _ESCAPES:
        return _ESCAPES[text[2]]
    raise NotConstantError(text)
