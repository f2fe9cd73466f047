"""Hover: what a type means, what a symbol is, what C says of it, which file a library name finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from ffi_core.dialects import DIALECTS
from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.library import Library
from ffi_core.model import Prototype, SourceDeclaration, Span
from ffi_core.types import NATIVE_TYPES
from ffi_lsp.ide.c_side import c_name, c_parameters, c_result, mismatches_of, prototype_of, summary
from ffi_lsp.ide.cursor import ImportedPlace, LibraryPlace, SymbolPlace, TypePlace, at
from ffi_lsp.ide.wording import code, library_lines, other_spellings, sentence, symbol_lines, type_lines
from ffi_lsp.workspace import Snapshot

_MOST_IMPORTED = 30


@dataclass(frozen=True, slots=True)
class HeaderPlace:
    """A line of a header.

    Parameters
    ----------
    header: the file, or a name by which the C standard knows it.
    line: from 1; 0 where none is known.
    """

    header: str
    line: int

    @property
    def file(self) -> Path | None:
        """The file, where it is one that has a path."""
        path = Path(self.header)
        return path if path.is_absolute() else None

    def __str__(self) -> str:
        return f"{self.header}:{self.line}" if self.line else self.header


@dataclass(frozen=True, slots=True)
class Hover:
    """What a hover shows.

    Parameters
    ----------
    span: the text it is about.
    code: what is set as code first: the declaration, one line for each.
    lines: sentences below it; what stands in backticks is code too.
    prototype: what C says, as C; empty where nothing is known.
    place: where it says so, or None.
    comment: what the header says above it, as plain text.
    """

    span: Span
    code: str
    lines: tuple[str, ...]
    prototype: str = ""
    place: HeaderPlace | None = None
    comment: str = ""


IsUndeclared = Callable[[Library, str], bool]
"""Whether headers were looked through for a symbol that a library exports, and none declares it."""


def hover(snapshot: Snapshot, offset: int, is_undeclared: IsUndeclared = lambda *_: False) -> Hover | None:
    """What is known about the thing at this byte offset; None where nothing of ours stands.

    Parameters
    ----------
    snapshot: the text.
    offset: byte offset of the cursor.
    is_undeclared: knows for which of the declared symbols the search for headers is over and was in vain.
    """
    match at(snapshot, offset):
        case TypePlace() as place:
            return _type(place)
        case SymbolPlace() as place:
            found = _symbol(place)
            return replace(found, lines=(*found.lines, *_no_header(snapshot, place, is_undeclared)))
        case LibraryPlace() as place:
            return Hover(place.span, place.name, library_lines(place.facts))
        case ImportedPlace() as place:
            return _imported(place)
    return None


def header_place(prototype: Prototype | None) -> HeaderPlace | None:
    """Where a prototype stands; None where no header is known."""
    return HeaderPlace(prototype.header, prototype.line) if prototype is not None and prototype.header else None


def _symbol(place: SymbolPlace) -> Hover:
    entry = place.declaration
    if entry is None:
        return Hover(place.span, place.name, symbol_lines(place.facts, place.name))
    prototype = prototype_of(place.facts, entry)
    differences = tuple(sentence(found.summary or found.message) for found in mismatches_of(place.facts, entry))
    return Hover(
        place.span,
        _declared_as(entry),
        (*differences, *symbol_lines(place.facts, c_name(entry))),
        "" if prototype is None else str(prototype),
        header_place(prototype),
        "" if prototype is None else summary(prototype.comment),
    )


def _no_header(snapshot: Snapshot, place: SymbolPlace, is_undeclared: IsUndeclared) -> tuple[str, ...]:
    entry = place.declaration
    if entry is None or prototype_of(place.facts, entry) is not None:
        return ()
    try:
        found = place.facts.find(c_name(entry))
    except (LibraryLoadError, LibraryNotFoundError):
        return ()
    if found is None or not is_undeclared(found[1], found[0].name):
        return ()
    advice = "." if snapshot.mentioned.headers else f"; a comment {code('// ffi-header: x.h')} names one."
    return (f"No C header was found that declares it{advice}",)


def _type(place: TypePlace) -> Hover | None:
    meaning = DIALECTS[place.call.dialect].types.get(place.name)
    if meaning is None:
        return None
    prototype = prototype_of(place.facts, place.entry)
    lines = (*type_lines(NATIVE_TYPES[meaning]), *other_spellings(meaning, but=place.call.dialect))
    where, text = "", ""
    if place.parameter is None:
        where, text = "The result", c_result(prototype)
    elif place.parameter < len(parameters := c_parameters(prototype)):
        where, text = f"Parameter {place.parameter + 1}", parameters[place.parameter].text
    said = (f"{where} of {code(c_name(place.entry))}; C has {code(text)}.",) if text else ()
    return Hover(place.span, place.name, (*said, *lines))


def _imported(place: ImportedPlace) -> Hover:
    declared = [_declared_as(entry) for entry in place.declarations]
    more = len(declared) - _MOST_IMPORTED
    rest = (f"And {more} more.",) if more > 0 else ()
    count = f"{len(declared)} declaration{'' if len(declared) == 1 else 's'} from another module."
    return Hover(place.span, "\n".join(declared[:_MOST_IMPORTED]), (count, *rest))


def _declared_as(entry: SourceDeclaration) -> str:
    return str(entry.declaration) if entry.declaration is not None else entry.name
