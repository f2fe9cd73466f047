"""Signature help: what a bound function takes, while a call of it is written."""

from __future__ import annotations

from dataclasses import dataclass

from ffi_core.types import NativeType
from ffi_lsp.ide.context import TOKEN
from ffi_lsp.ide.hover import type_lines
from ffi_lsp.workspace import Snapshot


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Parameters
    ----------
    start, end: where it stands in the label, in characters.
    lines: what its type means.
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
    """

    label: str
    parameters: tuple[Parameter, ...]
    active: int | None


def signature_help(snapshot: Snapshot, offset: int) -> SignatureHelp | None:
    """The signature of the innermost call of a bound function whose arguments the cursor is in, or None."""
    around = [
        (site, declared.declaration)
        for call in snapshot.calls
        for site in call.calls
        if site.arguments.span.start < offset < site.arguments.span.end
        and (declared := call.declaration_of(site.symbol)) is not None
    ]
    if not around:
        return None
    site, declaration = max(around, key=lambda entry: entry[0].arguments.span.start)
    if declaration is None or declaration.signature is None:
        return None
    label, parameters = f"{declaration.name}(", []
    for place, type_ in enumerate(declaration.signature.parameters):
        label += ", " if place else ""
        lines = type_lines(type_) if isinstance(type_, NativeType) else (f"A struct of {type_.size} bytes, by value.",)
        parameters.append(Parameter(len(label), len(label) + len(str(type_)), lines))
        label += str(type_)
    active = _commas(snapshot.text.data, site.arguments.span.start, offset)
    return SignatureHelp(
        f"{label}) -> {declaration.signature.result}",
        tuple(parameters),
        active if active < len(parameters) else None,
    )


def _commas(data: bytes, start: int, offset: int) -> int:
    """How many commas stand between an opening bracket and the cursor, those of inner brackets left out."""
    depth = commas = 0
    for token in TOKEN.finditer(data, start, offset):
        depth += (token.lastgroup == "open") - (token.lastgroup == "close")
        commas += token.lastgroup == "comma" and depth == 1
    return commas
