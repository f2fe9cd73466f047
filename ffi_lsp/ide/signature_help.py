"""Signature help: what a bound function takes, with C's names and types, while a call of it is written."""

from __future__ import annotations

from dataclasses import dataclass

from ffi_core.model import Prototype, Signature
from ffi_core.types import NativeType, Type
from ffi_lsp.ide.c_side import CParameter, c_parameters, prototype_of, summary
from ffi_lsp.ide.context import TOKEN
from ffi_lsp.ide.wording import code, type_lines
from ffi_lsp.workspace import Snapshot

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
    if not around:
        return None
    start, facts, declared = max(around, key=lambda found: found[0])
    if declared.declaration is None or declared.declaration.signature is None:
        return None
    at = _commas(snapshot.text.data, start, offset)
    return _help(declared.name, declared.declaration.signature, at, prototype_of(facts, declared))


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
