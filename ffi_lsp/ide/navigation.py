"""From a symbol or a type to C: the prototype's place in a header, and the struct that a parameter points to.

Nothing is read here. What is named is looked for, or written where no header is installed, by whoever asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from ffi_core.c_types import CArray, CPointer, CStruct, CType
from ffi_core.model import Prototype, SourceDeclaration, Span
from ffi_lsp.ide.c_side import c_name, prototype_of
from ffi_lsp.ide.cursor import Place, SymbolPlace, TypePlace, at
from ffi_lsp.ide.hover import HeaderPlace, header_place
from ffi_lsp.workspace import Snapshot


@dataclass(frozen=True, slots=True)
class Declared:
    """A symbol's declaration in C.

    Parameters
    ----------
    span: the text that asks.
    symbol: the C name.
    call: which of the snapshot's calls declares it.
    place: where a header declares it, or None where no header is known.
    """

    span: Span
    symbol: str
    call: int
    place: HeaderPlace | None


@dataclass(frozen=True, slots=True)
class StructName:
    """A struct or union of C by its names, and the header from which to look for it.

    Parameters
    ----------
    span: the text that asks.
    tag: ``"struct timeval"``; ``"struct"`` alone where it has no tag.
    typedef: the name that the header gives it, or None.
    header: the header whose prototype speaks of it.
    """

    span: Span
    tag: str
    typedef: str | None
    header: str


def declaration(snapshot: Snapshot, offset: int) -> Declared | None:
    """What C declares under the symbol at this byte offset; None for any other text, and for what nobody exports."""
    place = at(snapshot, offset)
    if not isinstance(place, SymbolPlace):
        return None
    entry = place.declaration
    symbol = c_name(entry) if entry is not None else place.name
    prototype = place.facts.prototypes.get(symbol)
    if prototype is None and place.facts.exported.get(symbol) is None:
        return None
    return Declared(place.span, symbol, place.index, header_place(prototype))


def type_definition(snapshot: Snapshot, offset: int) -> StructName | None:
    """The struct that C has for the type at this byte offset: itself, or what the address leads to."""
    place = at(snapshot, offset)
    found = _c_type(place)
    if place is None or found is None:
        return None
    type_, prototype = found
    while isinstance(type_, CPointer | CArray):
        type_ = type_.to if isinstance(type_, CPointer) else type_.element
    if not isinstance(type_, CStruct):
        return None
    return StructName(place.span, type_.tag, type_.typedef, prototype.header)


def _c_type(place: Place | None) -> tuple[CType, Prototype] | None:
    """The C type of what a cursor is at: a parameter, or a result, which a symbol's own name stands for too."""
    entry: SourceDeclaration | None = None
    parameter: int | None = None
    if isinstance(place, TypePlace):
        entry, parameter = place.entry, place.parameter
    elif isinstance(place, SymbolPlace):
        entry = place.declaration
    prototype = prototype_of(place.facts, entry) if place is not None and entry is not None else None
    if prototype is None or prototype.is_macro:
        return None
    if parameter is None:
        return prototype.result, prototype
    if parameter >= len(prototype.parameters):
        return None
    return prototype.parameters[parameter][1], prototype
