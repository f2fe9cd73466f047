"""How the result of a call is taken in a file: the statement that it stands in, read from the text around it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ffi_core.model import DlopenCall, Span
from ffi_lsp.ide.context import TOKEN

HOLDERS = {"porffor": "", "deno": "symbols", "bun": "symbols", "node": "functions"}
"""Under which name a dialect's result holds the symbols; Porffor's is the symbols."""

_PATTERN = re.compile(
    rb"(?P<keyword>\b(?:const|let|var)\s*)(?P<pattern>\{\s*(?:(?P<holder>[\w$]+)\s*:\s*\{)?[\w$\s,:'\"]*\}\s*\}?)\s*=\s*\Z"
)
_VARIABLE = re.compile(rb"\b(?:const|let|var)\s+(?P<name>[\w$]+)\s*=\s*\Z")
_END = re.compile(rb"[ \t]*;?")
_WHOLE_LINE_END = re.compile(rb"[ \t]*;?[ \t]*(?:\r\n|\n|\Z)")
_FURTHEST = 1 << 15


@dataclass(frozen=True, slots=True)
class Statement:
    """``const target = call;``

    Parameters
    ----------
    span: the whole statement, with its semicolon.
    pattern: the pattern that takes the symbols apart; None where one variable takes the result.
    holder: the name in the pattern under which the symbols are; empty where there is none.
    variable: the variable that takes the result; empty where a pattern does.
    """

    span: Span
    pattern: Span | None
    holder: str
    variable: str


def statement_of(call: DlopenCall) -> Statement | None:
    """The statement that takes a call's result; None where it is taken in another way."""
    return statement_around(call.source, call.span)


def statement_around(data: bytes, call: Span) -> Statement | None:
    """The statement that takes the result of the expression at a place; None where it is no such statement."""
    start = max(0, call.start - _FURTHEST)
    end = _END.match(data, call.end)
    stop = end.end() if end else call.end
    found = _PATTERN.search(data, start, call.start)
    if found is not None:
        pattern = Span(found.start("pattern"), found.end("pattern"))
        holder = (found["holder"] or b"").decode()
        return Statement(Span(found.start(), stop), pattern, holder, "")
    found = _VARIABLE.search(data, start, call.start)
    if found is not None:
        return Statement(Span(found.start(), stop), None, "", found["name"].decode("utf-8", "replace"))
    return None


def line_of(data: bytes, statement: Span) -> Span:
    """A statement with its whole line, where nothing else stands on it."""
    line_start = max(data.rfind(b"\n", 0, statement.start), data.rfind(b"\r", 0, statement.start)) + 1
    end = _WHOLE_LINE_END.match(data, statement.end)
    if data[line_start : statement.start].strip() or end is None:
        return statement
    return Span(line_start, end.end())


def words(data: bytes, name: str) -> int:
    """How often a name stands in a text, outside of strings and comments."""
    return len(re.findall(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])", _code(data)))


@lru_cache(maxsize=2)
def _code(data: bytes) -> bytes:
    """A text with a blank for each string and comment; each conversion of a call asks for it several times."""
    return TOKEN.sub(lambda token: b" " if token.lastgroup in ("comment", "string") else token[0], data)
