"""Hover: what a type means, what a symbol is and where it comes from, which file a library name finds."""

from __future__ import annotations

from dataclasses import dataclass

from ffi_core.dialects import DIALECTS
from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.library import Library
from ffi_core.model import Span, Symbol, SymbolKind
from ffi_core.types import NATIVE_TYPES, Kind, NativeType
from ffi_lsp.ide.cursor import LibraryPlace, SymbolPlace, TypePlace, at
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.workspace import Snapshot

_KINDS = {
    SymbolKind.FUNCTION: "Function",
    SymbolKind.IFUNC: "Function, chosen when it is loaded,",
    SymbolKind.DATA: "Data",
    SymbolKind.TLS: "Data of each thread",
}


@dataclass(frozen=True, slots=True)
class Hover:
    """What a hover shows.

    Parameters
    ----------
    span: the text it is about.
    code: the line that is set as code.
    lines: sentences below it; what stands in backticks is code too.
    """

    span: Span
    code: str
    lines: tuple[str, ...]


def hover(snapshot: Snapshot, offset: int) -> Hover | None:
    """What is known about the thing at this byte offset; None where nothing of ours stands."""
    match at(snapshot, offset):
        case TypePlace() as place:
            meaning = DIALECTS[place.call.dialect].types.get(place.name)
            return Hover(place.span, place.name, type_lines(NATIVE_TYPES[meaning])) if meaning else None
        case SymbolPlace() as place:
            return Hover(place.span, _declared_as(place), symbol_lines(place.facts, _c_name(place)))
        case LibraryPlace() as place:
            return Hover(place.span, place.name, library_lines(place.facts))
    return None


def type_lines(type_: NativeType) -> tuple[str, ...]:
    """A native type in words: meaning, C type, size in bytes and range."""
    facts = [f"C type {code(type_.c_type)}"]
    if type_.kind is not Kind.VOID:
        facts.append(f"{type_.size} byte{'' if type_.size == 1 else 's'}")
    if type_.kind is Kind.INTEGER:
        facts.append(f"{type_.minimum} to {type_.maximum}")
    return (type_.summary[0].upper() + type_.summary[1:] + ".", "; ".join(facts) + ".")


def symbol_lines(facts: LibraryFacts, name: str) -> tuple[str, ...]:
    """What a library says of a symbol: kind, version, file; or that it is not exported, with the nearest name."""
    if facts.library is None:
        return library_lines(facts)
    found = facts.find(name)
    title = _title(facts.library)
    if found is None:
        near = facts.nearest(name)
        hint = f" Did you mean {code(near)}?" if near else ""
        doubt = "" if facts.complete else " Not every library that it needs could be read."
        return (f"Not exported by {title}.{hint}{doubt}", f"Library file {code(str(facts.file))}.")
    symbol, owner = found
    if owner is facts.library:
        return (f"{_kind(symbol)} exported by {title}.", f"Library file {code(str(facts.file))}.")
    return (
        f"{_kind(symbol)} exported by {_title(owner)}, which {title} needs.",
        f"Library file {code(str(owner.path))}.",
    )


def library_lines(facts: LibraryFacts) -> tuple[str, ...]:
    """What a library's name leads to: file, architecture, soname and needed libraries; or why it leads nowhere."""
    library, failure = facts.library, facts.failure
    if isinstance(failure, LibraryNotFoundError):
        hint = f" Did you mean {code(failure.near[0])}?" if failure.near else ""
        looked = ", ".join(code(place) for place in failure.searched)
        return (f"Not found on this machine.{hint}", *([f"Looked at {looked}."] if looked else []))
    if isinstance(failure, LibraryLoadError):
        return (f"Not a usable library: {failure.detail}", f"File {code(failure.path)}.")
    if library is None:
        return ("Nothing is known about this library.",)
    needed = ", ".join(code(name) for name in library.needed)
    return (
        f"File {code(str(facts.file))}.",
        f"{library.format.upper()}, {library.architecture}, {library.bits}-bit"
        + (f"; soname {code(library.soname)}." if library.soname else "; no soname."),
        f"Needs {needed}." if needed else "Needs no other library.",
    )


def code(text: str) -> str:
    """The text in backticks, more of them where it holds some itself."""
    fence = "`"
    while fence in text:
        fence += "`"
    pad = " " if len(fence) > 1 else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _c_name(place: SymbolPlace) -> str:
    entry = place.declaration
    return entry.declaration.symbol if entry is not None and entry.declaration is not None else place.name


def _declared_as(place: SymbolPlace) -> str:
    entry = place.declaration
    return str(entry.declaration) if entry is not None and entry.declaration is not None else place.name


def _title(library: Library) -> str:
    return code(library.soname or library.path.name)


def _kind(symbol: Symbol) -> str:
    words = _KINDS[symbol.kind]
    weak = f"Weak {words[0].lower()}{words[1:]}" if symbol.weak else words
    return f"{weak}, version {code(symbol.version)}," if symbol.version else weak
