"""Signature help: what a bound function takes, with C's names and types, while a call of it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ffi_core.model import Prototype, Signature, SourceDeclaration
from ffi_core.types import NativeType, Type
from ffi_lsp.ide.c_side import CParameter, c_parameters, prototype_of, summary
from ffi_lsp.ide.context import TOKEN
from ffi_lsp.ide.wording import code, type_lines
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.workspace import Snapshot

_MOST_LINES = 20
_UNNAMED = CParameter("", "")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Parameters
    ----------
    start, end: where it stands in the label, in characters.
    lines: what C calls it, and what its type means.
    """

    start: int
    end: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignatureHelp:
    """A function's signature.

    Parameters
    ----------
    label: the whole signature.
    parameters: its parts.
    active: which parameter the cursor is at; None behind the last.
    prototype: what C says, as C; empty where nothing is known.
    comment: what the header says above it, as plain text.
    """

    label: str
    parameters: tuple[Parameter, ...]
    active: int | None
    prototype: str = ""
    comment: str = ""


def signature_help(snapshot: Snapshot, offset: int) -> SignatureHelp | None:
    """The signature of the innermost call of a bound function whose arguments the cursor is in, or None."""
    around = [
        (site.arguments.span.start, facts, declared)
        for call, facts in zip(snapshot.calls, snapshot.facts, strict=True)
        for site in call.calls
        if site.arguments.span.start < offset < site.arguments.span.end
        and (declared := call.declaration_of(site.symbol)) is not None
    ]
    around = around or list(_unfinished(snapshot, offset))
    if not around:
        return None
    start, facts, declared = max(around, key=lambda found: found[0])
    if declared.declaration is None or declared.declaration.signature is None:
        return None
    at = _commas(snapshot.text.data, start, offset)
    return _help(declared.name, declared.declaration.signature, at, prototype_of(facts, declared))


def _unfinished(snapshot: Snapshot, offset: int) -> Iterator[tuple[int, LibraryFacts, SourceDeclaration]]:
    """The calls around a cursor whose brackets are not closed yet, so that the tree does not show them."""
    data = snapshot.text.data
    open_calls: list[tuple[int, bytes, bool]] = []
    word, behind_dot, end = b"", False, 0
    for token in TOKEN.finditer(data, _statement_start(snapshot, offset), offset):
        kind = token.lastgroup
        if kind == "open":
            called = word if token[0] == b"(" and token.start() == end else b""
            open_calls.append((token.start(), called, behind_dot))
        elif kind == "close" and open_calls:
            open_calls.pop()
        word = token[0] if kind == "word" else b""
        behind_dot, end = data[token.start() - 1 : token.start()] == b".", token.end()
    for start, called, is_member in open_calls:
        name = called.decode("utf-8", "replace")
        for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
            bound = next((each.symbol for each in call.bindings if each.local == name and not is_member), None)
            declared = call.declaration_of(name if is_member else bound or "")
            if name and declared is not None:
                yield start, facts, declared


def _statement_start(snapshot: Snapshot, offset: int) -> int:
    """The start of the line at which the statement around a cursor most likely begins."""
    line = snapshot.text.position(offset)[0]
    for _ in range(_MOST_LINES):
        before = snapshot.text.line_text(line - 1).rstrip() if line else ""
        if not before or before.endswith((";", "}", "{", "*/")):
            break
        line -= 1
    return snapshot.text.line_span(line).start


def _help(name: str, signature: Signature, at: int, prototype: Prototype | None) -> SignatureHelp:
    in_c = c_parameters(prototype)
    label, parameters = f"{name}(", []
    for place, type_ in enumerate(signature.parameters):
        c_side = in_c[place] if place < len(in_c) else _UNNAMED
        words = f"{c_side.name}: {type_}" if c_side.name else str(type_)
        label += ", " if place else ""
        parameters.append(Parameter(len(label), len(label) + len(words), _lines(type_, c_side)))
        label += words
    return SignatureHelp(
        f"{label}) -> {signature.result}",
        tuple(parameters),
        at if at < len(parameters) else None,
        "" if prototype is None else str(prototype),
        "" if prototype is None else summary(prototype.comment),
    )


def _lines(type_: Type, c_side: CParameter) -> tuple[str, ...]:
    meaning = type_lines(type_) if isinstance(type_, NativeType) else (f"A struct of {type_.size} bytes, by value.",)
    return (f"C has {code(c_side.text)}.", *meaning) if c_side.text else meaning


def _commas(data: bytes, start: int, offset: int) -> int:
    """How many commas stand between an opening bracket and the cursor, those of inner brackets left out."""
    depth = commas = 0
    for token in TOKEN.finditer(data, start, offset):
        depth += (token.lastgroup == "open") - (token.lastgroup == "close")
        commas += token.lastgroup == "comma" and depth == 1
    return commas
