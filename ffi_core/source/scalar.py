"""The text of a string or number literal to its value, by JavaScript's rules (ECMA-262, section 12.9)."""

from __future__ import annotations

import math
import re

from ffi_core.model import BigInt, Number, Span, Text, Unknown, Value

_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]+)\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-3]?[0-7]{1,2})|(\r\n|.))", re.DOTALL
)
_SINGLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_LINE_ENDS = {"\n", "\r", "\r\n", "\u2028", "\u2029"}
_RADIXES = {"0x": 16, "0o": 8, "0b": 2}


def quoted(raw: bytes, span: Span) -> Value:
    """The string of a literal, given with its quotation marks; `Unknown` where an escape or a byte is wrong."""
    try:
        value = unescape(raw[1:-1].decode())
    except UnicodeDecodeError:
        value = None
    return Unknown(span) if value is None else Text(span, value)


def unescape(text: str) -> str | None:
    """The string that JavaScript makes of the text between two quotes; None where an escape is wrong."""
    if "\\" not in text:
        return text
    try:
        value = _ESCAPE.sub(_escape, text)
    except (ValueError, OverflowError):
        return None
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _escape(match: re.Match[str]) -> str:
    braced, four, two, octal, other = match.groups()
    if code := braced or four or two:
        return chr(int(code, 16))
    if octal:
        return chr(int(octal, 8))
    if other in "ux":
        raise ValueError(f"incomplete escape {match.group()!r}")
    return "" if other in _LINE_ENDS else _SINGLE_ESCAPES.get(other, other)


def number(text: str, span: Span) -> Value:
    """The number or BigInt of a literal in any notation; `Unknown` where it is none."""
    digits = text.replace("_", "").lower()
    try:
        if digits.endswith("n"):
            return BigInt(span, int(digits[:-1], 0))
        return Number(span, _whole_if_possible(_float(digits)))
    except ValueError:
        return Unknown(span)


def _float(digits: str) -> float:
    radix = _RADIXES.get(digits[:2])
    if radix is None and re.fullmatch("0[0-7]+", digits):
        radix = 8
    if radix is None:
        return float(digits)
    try:
        return float(int(digits, radix))
    except OverflowError:
        return math.inf


def _whole_if_possible(number: float) -> int | float:
    return int(number) if number.is_integer() else number
