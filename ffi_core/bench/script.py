"""The little language of `// ffi-bench:` and `// ffi-setup:` comments, read into steps and JSON arguments.

    // ffi-setup: db = out(8); sqlite3_open_v2(":memory:", db, 6, null)
    // ffi-bench: sqlite3_changes(db)

A call names a function of the same schema; an argument is a literal, a list of bytes, ``out(SIZE)`` or ``zeros(SIZE)``
(zeroed bytes), ``bytes("text")`` (without a NUL behind), or a name given earlier with ``=``. What a name means to a
call is told in `ffi_core.bench.arguments`; ``&name`` always is the address of its bytes. Nothing is run here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ffi_core.model import DlopenCall, SourceDeclaration, Span


class ScriptError(ValueError):
    """A comment that cannot be read; the text says where in it, and what was expected."""


@dataclass(frozen=True, slots=True)
class Statement:
    """``[name =] call(arguments)`` or ``name = value``.

    Parameters
    ----------
    name: what the result is called from then on, or None.
    function: the schema key of the function to call, or None where the statement only names a value.
    arguments: JSON values, as `ffi_core.bench.arguments` reads them; one where no function is called.
    """

    name: str | None
    function: str | None
    arguments: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of ours in a file.

    Parameters
    ----------
    kind: ``"bench"`` or ``"setup"``.
    text: what stands behind the colon.
    span: the whole comment, without its line end.
    """

    kind: str
    text: str
    span: Span


_COMMENT = re.compile(rb"[ \t]*//[ \t]*ffi-(bench|setup):[ \t]*(.*?)[ \t]*\r?$", re.MULTILINE)
_MARK = b"ffi-"
_COMMENT_LINE = re.compile(rb"[ \t]*//.*")
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>-?(?:0[xX][0-9a-fA-F]+|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))n?
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<name>[A-Za-z_$][\w$]*)
    | (?P<mark>[()\[\],;=&])
    )""",
    re.VERBOSE,
)
_WORDS: dict[str, object] = {"null": None, "undefined": None, "true": True, "false": False, "NaN": "NaN"}
_MAKERS = ("out", "zeros", "bytes")
_FIRST_WITH_EXPONENT = 10**21
"""From here on JavaScript writes a whole number with an exponent (ECMA-262, Number::toString)."""
_LONGEST_OF_A_DOUBLE = 1023
"""Bits of a whole number that is surely a double."""


def read_statements(text: str) -> tuple[Statement, ...]:
    """Read statements that semicolons separate.

    Raises
    ------
    ScriptError: where the text is none.
    """
    return tuple(_Reader(text).statements())


def read_call(text: str) -> Statement:
    """Read the one call of an ``ffi-bench`` comment.

    Raises
    ------
    ScriptError: where it is no call, or gives its result a name.
    """
    statements = read_statements(text)
    if len(statements) != 1 or statements[0].function is None or statements[0].name is not None:
        raise ScriptError(f"{text!r}: expected one call, such as 'cos(0.5)'")
    return statements[0]


def comments_above(text: bytes, declaration: SourceDeclaration) -> tuple[Comment, ...]:
    """Our comments in the unbroken block of line comments right above a declaration, in order."""
    start = text.rfind(b"\n", 0, declaration.span.start) + 1
    top = start
    while top > 0:
        above = text.rfind(b"\n", 0, top - 1) + 1
        if not _COMMENT_LINE.match(text, above, top):
            break
        top = above
    return tuple(_comments(text, top, start))


def comments_for_all(text: bytes, call: DlopenCall) -> tuple[Comment, ...]:
    """The file's ``ffi-setup`` comments outside of the schema: they serve every declaration that uses their names."""
    schema = call.schema.span if call.schema is not None else call.span
    return tuple(
        comment
        for comment in _comments(text, 0, len(text))
        if comment.kind == "setup" and not schema.start <= comment.span.start < schema.end
    )


def spell_arguments(arguments: Sequence[object]) -> str:
    """JSON arguments as a comment spells them: ``":memory:", db, 6, null``."""
    return ", ".join(_spell(argument) for argument in arguments)


def names_in(arguments: object) -> frozenset[str]:
    """The names that JSON arguments refer to."""
    if isinstance(arguments, dict):
        return frozenset(str(value) for key, value in arguments.items() if key in ("name", "address"))
    if isinstance(arguments, list | tuple):
        return frozenset[str]().union(*(names_in(item) for item in arguments))
    return frozenset()


def _comments(text: bytes, start: int, end: int) -> Iterator[Comment]:
    # Most of a text is passed over by a search for bytes, which costs next to nothing.
    place = text.find(_MARK, start, end)
    while place >= 0:
        line = text.rfind(b"\n", 0, place) + 1
        found = _COMMENT.match(text, max(line, start), end)
        place = text.find(_MARK, place + len(_MARK) if found is None else found.end(), end)
        if found is None:
            continue
        kind, words = found.group(1).decode(), found.group(2).decode(errors="replace")
        yield Comment(kind, words, Span(text.index(b"//", found.start()), found.end(2)))


def _spell(argument: object) -> str:
    match argument:
        case {"name": str() as name}:
            return name
        case {"address": str() as name}:
            return f"&{name}"
        case {"out": size}:
            return f"out({size})"
        case int() if abs(argument) >= _FIRST_WITH_EXPONENT and argument.bit_length() <= _LONGEST_OF_A_DOUBLE:
            return json.dumps(float(argument))
        case _:
            return json.dumps(argument, ensure_ascii=False)


class _Reader:
    """A recursive-descent reader; `_kind` and `_word` are the token ahead."""

    def __init__(self, text: str) -> None:
        self._text, self._place = text, 0
        self._advance()

    def statements(self) -> Iterator[Statement]:
        while self._kind != "end":
            if self._word != ";":
                yield self._statement()
            if self._kind != "end":
                self._expect(";")

    def _statement(self) -> Statement:
        first = self._name("a name or a call")
        if self._word == "(" and first not in _MAKERS:
            return Statement(None, first, self._arguments())
        self._expect("=")
        if self._kind == "name" and self._word not in (*_WORDS, *_MAKERS):
            function = self._name("a call")
            if self._word == "(":
                return Statement(first, function, self._arguments())
            return Statement(first, None, ({"name": function},))
        return Statement(first, None, (self._argument(),))

    def _arguments(self) -> tuple[object, ...]:
        self._expect("(")
        found: list[object] = []
        while self._word != ")":
            found.append(self._argument())
            if self._word != ")":
                self._expect(",")
        self._expect(")")
        return tuple(found)

    def _argument(self) -> object:
        kind, word = self._kind, self._word
        if kind == "number":
            self._advance()
            return _number(word)
        if kind == "string":
            return self._string()
        if word == "[":
            return self._list()
        if word == "&":
            self._advance()
            return {"address": self._name("a name")}
        name = self._name("an argument")
        if name in _WORDS:
            return _WORDS[name]
        return self._made(name) if self._word == "(" else {"name": name}

    def _made(self, name: str) -> object:
        match name, self._arguments():
            case "out" | "zeros", (int() as size,):
                return {"out": size}
            case "bytes", (str() as text,):
                return list(text.encode())
        raise self._error('expected out(SIZE), zeros(SIZE) or bytes("text")')

    def _list(self) -> list[object]:
        self._expect("[")
        items: list[object] = []
        while self._word != "]":
            if self._kind != "number":
                raise self._error("expected a byte")
            items.append(self._argument())
            if self._word != "]":
                self._expect(",")
        self._expect("]")
        return items

    def _string(self) -> str:
        inside = self._word[1:-1] if self._word[0] == '"' else self._word[1:-1].replace("\\'", "'").replace('"', '\\"')
        try:
            found = json.loads(f'"{inside}"', strict=False)
        except ValueError:
            raise self._error(f"unknown escape in {self._word}") from None
        self._advance()
        return str(found)

    def _name(self, expected: str) -> str:
        if self._kind != "name":
            raise self._error(f"expected {expected}")
        word = self._word
        self._advance()
        return word

    def _expect(self, mark: str) -> None:
        if self._word != mark or self._kind != "mark":
            raise self._error(f"expected {mark!r}")
        self._advance()

    def _advance(self) -> None:
        self._before = self._place
        found = _TOKEN.match(self._text, self._place)
        if found is not None:
            self._kind = str(found.lastgroup)
            self._word = found.group(self._kind)
            self._place = found.end()
        elif not self._text[self._place :].strip():
            self._kind, self._word = "end", ""
        else:
            raise self._error("unknown sign")

    def _error(self, what: str) -> ScriptError:
        rest = self._text[self._before :].strip()
        return ScriptError(f"{what} before {rest!r}" if rest else f"{what} at the end of {self._text!r}")


def _number(word: str) -> object:
    sign, digits = (-1, word[1:]) if word.startswith("-") else (1, word)
    if digits[:2].lower() == "0x":
        return sign * int(digits, 16)
    if digits == "Infinity":
        return word
    return sign * int(digits) if digits.isdigit() else sign * float(digits)
