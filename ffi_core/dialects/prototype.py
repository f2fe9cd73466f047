"""C prototypes as koffi takes them in a string: ``int32_t f(const char *name, _Out_ double *value, ...)``.

Only the shape is read, token by token as koffi's own parser does (``src/parser.cc`` of koffi 3.3): which words are the
name, the result's type and each parameter's. What the types mean is the dialect's business. This is no C parser:
koffi takes no arrays, function pointers or ``struct`` here either, and says so when the program runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile

_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+(?:\.\d*)?|\.\.\.|\S")
_WORD = re.compile(r"[A-Za-z_]\w*")
_NUMBER = re.compile(r"bool|u?(?:char|short|int|long|longlong|int(?:8|16|32|64)(?:_t)?)|size_t|float(?:32|64)?|double")
_STARS = {"*", "!", "const"}
_CONVENTIONS = {"__cdecl", "__stdcall", "__fastcall", "__thiscall"}
_DIRECTIONS = {"_In_", "_Out_", "_Inout_"}
_OF_C_ALONE = {
    "struct",
    "enum",
    "union",
    "volatile",
    "restrict",
    "__restrict",
    "register",
    "static",
    "extern",
    "inline",
}


@dataclass(frozen=True, slots=True)
class TypeText:
    """A type in a text. Positions are characters of that text, the end exclusive.

    Parameters
    ----------
    text: the type in its usual spelling, without direction, ``const`` and ``!``: ``"char *"``.
    start, end: where it stands, with its ``const`` and without its direction.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class PrototypeText:
    """A prototype, taken apart.

    Parameters
    ----------
    name: the function; empty where it has none, as that of a callback's type may.
    name_offset: where it stands in the text, in characters.
    result: the result's type.
    parameters: each parameter's type.
    variadic: whether ``...`` follows.
    """

    name: str
    name_offset: int
    result: TypeText
    parameters: tuple[TypeText, ...]
    variadic: bool


@dataclass(frozen=True, slots=True)
class PrototypeFault:
    """What koffi would not read.

    Parameters
    ----------
    start, end: the place in the text, in characters.
    message: what is wrong there, and what was expected.
    replacement: what to write there instead, where there is one right answer.
    """

    start: int
    end: int
    message: str
    replacement: str | None = None


def read_prototype(
    text: str, is_type: Callable[[str], bool] = lambda _: False, *, named: bool = True
) -> PrototypeText | PrototypeFault:
    """Take a prototype apart.

    Parameters
    ----------
    text: the prototype.
    is_type: whether a name without stars is a type. A name that is none is taken for one where a type must stand.
    named: whether the function must have a name.

    Returns
    -------
    The parts, or the first place that koffi would stumble over; that a type is unknown is no fault of the shape.
    """
    try:
        return _Reader(text, is_type).prototype(named=named)
    except _FaultError as error:
        return error.fault


def bare_type(text: str) -> tuple[str, int, int]:
    """The name inside a type that is written with direction, ``const``, stars or lengths: ``_Out_ const char **``.

    Returns
    -------
    The name, and where it starts and ends in the text; ``char const *``, which koffi does not read, is all name.
    """
    words = list(_WORD.finditer(text.partition("[")[0].partition("*")[0].partition("!")[0]))
    while len(words) > 1 and words[0][0] in _DIRECTIONS | {"const"}:
        del words[0]
    if not words:
        return text, 0, len(text)
    return " ".join(word[0] for word in words), words[0].start(), words[-1].end()


class _FaultError(Exception):
    def __init__(self, fault: PrototypeFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class _Reader:
    """The tokens of one prototype, and how far they have been read."""

    def __init__(self, text: str, is_type: Callable[[str], bool]) -> None:
        self.text, self.is_type = text, is_type
        self.tokens = list(_TOKEN.finditer(text))
        self.at = 0

    def prototype(self, *, named: bool) -> PrototypeText:
        self.refuse_words_of_c()
        result = self.type()
        self.at += self.peek() in _CONVENTIONS
        name, offset = "", self.here()
        if _WORD.fullmatch(self.peek()):
            name = self.take()
        elif named:
            raise self.fault("the function's name")
        self.expect("(")
        parameters, variadic = self.parameters()
        self.expect(")")
        self.at += self.peek() == ";"
        if self.at < len(self.tokens):
            rest = len(self.text.rstrip())
            raise _FaultError(PrototypeFault(self.here(), rest, "nothing may follow the prototype", ""))
        return PrototypeText(name, offset, result, tuple(parameters), variadic)

    def parameters(self) -> tuple[list[TypeText], bool]:
        found: list[TypeText] = []
        if self.peek() == "void" and self.peek(1) == ")":
            self.at += 1
        if self.peek() == ")":
            return found, False
        while True:
            if self.peek() == "...":
                self.at += 1
                return found, True
            direction = self.take() if self.peek() in _DIRECTIONS and self.peek(1) not in {",", ")", "*"} else ""
            type_ = self.type()
            found.append(type_)
            self.at += _WORD.fullmatch(self.peek()) is not None
            self.refuse_array(type_)
            if direction in {"_Out_", "_Inout_"} and _NUMBER.fullmatch(type_.text):
                place = PrototypeFault(type_.start, type_.end, f"{direction} needs a pointer", f"{type_.text} *")
                raise _FaultError(place)
            if self.peek() != ",":
                return found, False
            self.at += 1

    def type(self) -> TypeText:
        """The longest type that is known, as koffi finds it; where none is, the words before the name."""
        first = self.at
        words = list(takewhile(_WORD.fullmatch, (token[0] for token in self.tokens[first:])))
        if not words:
            raise self.fault("a type")
        self.at += len(words)
        consts = sum(1 for _ in takewhile(lambda word: word == "const", words[:-1]))
        stars = list(takewhile(lambda word: word in _STARS, (token[0] for token in self.tokens[self.at :])))
        self.at += len(stars)
        if not stars:
            own = self.words_of_type(words[consts:]) + consts
            self.at -= len(words) - own
            words = words[:own]
        spelling = " ".join(words[consts:])
        marks = "*" * stars.count("*")
        start, end = self.tokens[first].start(), self.tokens[self.at - 1].end()
        return TypeText(f"{spelling} {marks}" if marks else spelling, start, end)

    def words_of_type(self, words: list[str]) -> int:
        """How many of the words are the type, and not the name or the calling convention behind it."""
        known = next((size for size in range(len(words), 0, -1) if self.is_type(" ".join(words[:size]))), 0)
        if known and len([word for word in words[known:] if word not in _CONVENTIONS]) <= 1:
            return known
        unnamed = words[:-1] if len(words) > 1 else words
        return max(1, len(unnamed) - (unnamed[-1] in _CONVENTIONS))

    def refuse_words_of_c(self) -> None:
        for token in self.tokens:
            if token[0] in _OF_C_ALONE and not self.is_type(token[0]):
                behind = token.end() + (self.text[token.end() : token.end() + 1] == " ")
                message = f"koffi does not understand {token[0]!r} in a prototype"
                raise _FaultError(PrototypeFault(token.start(), behind, message, ""))

    def refuse_array(self, type_: TypeText) -> None:
        if self.peek() != "[":
            return
        start, end = type_.start, self.text.find("]", self.here()) + 1
        pointer = self.text[type_.start : type_.end].rstrip() + (" *" if not type_.text.endswith("*") else "*")
        name = self.text[type_.end : self.here()].strip()
        lengths = self.text[self.here() : end].count("[")
        fits = end > 0 and lengths == 1 and self.text[end : end + 1] != "["
        message = "koffi takes no arrays in a prototype; as in C, they are pointers"
        raise _FaultError(PrototypeFault(start, end or len(self.text), message, pointer + name if fits else None))

    def expect(self, token: str) -> None:
        if self.peek() != token:
            raise self.fault(f"{token!r}")
        self.at += 1

    def fault(self, expected: str) -> _FaultError:
        if self.at >= len(self.tokens):
            end = len(self.text)
            return _FaultError(
                PrototypeFault(max(0, end - 1), end, f"the prototype ends where {expected} was expected")
            )
        token = self.tokens[self.at]
        if token[0] == "(" and self.peek(1) == "*":
            message = "koffi takes no function pointers in a prototype; define the callback with koffi.proto('...')"
            return _FaultError(PrototypeFault(token.start(), token.end(), f"{message}, and write 'Name *' here"))
        message = f"{expected} was expected, not {token[0]!r}"
        return _FaultError(PrototypeFault(token.start(), token.end(), message))

    def peek(self, further: int = 0) -> str:
        place = self.at + further
        return self.tokens[place][0] if place < len(self.tokens) else ""

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][0]

    def here(self) -> int:
        return self.tokens[self.at].start() if self.at < len(self.tokens) else len(self.text)
