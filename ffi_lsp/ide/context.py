"""Where in a half-written schema a cursor is, found by scanning tokens: a tree is wrong exactly while one types."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ffi_core.model import Span

TOKEN = re.compile(
    rb"""
      (?P<comment> //[^\r\n]* | /\*.*?(?:\*/|\Z) )
    | (?P<string>  "(?:[^"\\\r\n]|\\.)*"? | '(?:[^'\\\r\n]|\\.)*'? | `(?:[^`\\]|\\.)*`? )
    | (?P<open>    [{\[(] )
    | (?P<close>   [}\])] )
    | (?P<comma>   , )
    | (?P<colon>   : )
    | (?P<word>    (?:[\w$]|[\x80-\xff])+ )
    """,
    re.VERBOSE | re.DOTALL,
)
"""The tokens of JavaScript that literals are made of; at the end of the text a string or comment may be unfinished."""

_WORD_REST = re.compile(rb"(?:[\w$]|[\x80-\xff])*")
_STRING_REST = {quote: re.compile(rb"[^\r\n" + quote + rb"]*(?=" + quote + rb")") for quote in (b'"', b"'", b"`")}


@dataclass(frozen=True, slots=True)
class Context:
    """A cursor inside nested object and array literals.

    Parameters
    ----------
    path: for each open literal, from the outside in, the key or the element index that the cursor is at; "" where a
        key is about to be written.
    at_key: whether a key is expected, rather than a value.
    keys: the keys of the innermost object that stand before the cursor.
    word: what is written so far, without its quote.
    span: the text that an accepted completion replaces: the whole word around the cursor, without its quotes.
    typed: the part of it that stands before the cursor.
    quote: the quote that the word began with, or "".
    lacks_comma: where the property before has to get its comma; None where it has one.
    """

    path: tuple[str | int, ...]
    at_key: bool
    keys: tuple[str, ...]
    word: str
    span: Span
    typed: Span
    quote: str
    lacks_comma: int | None = None


@dataclass(slots=True)
class _Level:
    """One bracket that is open at the cursor."""

    bracket: bytes
    keys: list[str] = field(default_factory=list)
    key: str = ""
    at_key: bool = False
    index: int = 0

    def next(self) -> None:
        self.keys.append(self.key)
        self.key, self.at_key = "", self.bracket == b"{"
        self.index += 1

    @property
    def step(self) -> str | int:
        if self.bracket == b"{":
            return "" if self.at_key else self.key
        return self.index


def context_at(data: bytes, start: int, offset: int) -> Context | None:
    """The context of a cursor in a literal.

    Parameters
    ----------
    data: the file.
    start: byte offset of the ``{`` that opens the outermost literal.
    offset: byte offset of the cursor.

    Returns
    -------
    None where the cursor is outside of the literal, in a comment, in an expression, or behind a finished value.
    """
    levels: list[_Level] = []
    last = before = None
    for token in TOKEN.finditer(data, start, offset):
        kind, text = token.lastgroup, token[0]
        if kind == "open":
            levels.append(_Level(text, at_key=text == b"{"))
        elif not levels:
            return None
        elif kind == "close":
            levels.pop()
        elif kind == "comma":
            levels[-1].next()
        elif kind == "colon":
            levels[-1].at_key = False
        elif kind != "comment" and levels[-1].at_key:
            levels[-1].key = text.decode("utf-8", "replace").strip("\"'`")
        if last is not None and last.lastgroup != "comment":
            before = last
        last = token
    if last is None or not levels or any(level.bracket == b"(" for level in levels):
        return None
    begin, quote = _word_in_progress(last, offset)
    if begin is None:
        return None
    inner = levels[-1]
    lacks_comma = before.end() if before is not None and _begins_anew(data, inner, before, last) else None
    if lacks_comma is not None:
        inner.next()
    rest = (_STRING_REST[quote] if quote else _WORD_REST).match(data, offset)
    return Context(
        tuple(level.step for level in levels),
        inner.at_key,
        tuple(inner.keys),
        data[begin:offset].decode("utf-8", "replace"),
        Span(begin, rest.end() if rest else offset),
        Span(begin, offset),
        quote.decode(),
        lacks_comma,
    )


def _begins_anew(data: bytes, level: _Level, before: re.Match[bytes], last: re.Match[bytes]) -> bool:
    """Whether a word on a line of its own begins a property, behind a finished value that lacks its comma."""
    is_behind_value = level.bracket == b"{" and not level.at_key and before.lastgroup in ("close", "string")
    return is_behind_value and last.lastgroup == "word" and b"\n" in data[before.end() : last.start()]


def _word_in_progress(last: re.Match[bytes], offset: int) -> tuple[int | None, bytes]:
    """Where the word that the cursor is in begins, and its quote; None where nothing can be written."""
    kind, text, touching = last.lastgroup, last[0], last.end() == offset
    if kind == "comment":
        closed = text.startswith(b"/*") and text.endswith(b"*/")
        return (offset if closed or not touching else None), b""
    if kind == "word" and touching:
        return last.start(), b""
    if kind == "string" and touching and (len(text) == 1 or text[-1:] != text[:1]):
        return last.start() + 1, text[:1]
    return (None if kind in ("word", "string", "close") else offset), b""
