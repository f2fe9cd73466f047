"""What stands under a cursor: the one place where an offset becomes a symbol, a type or a library name."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from ffi_core.dialects import DIALECTS
from ffi_core.model import Array, CallKind, DlopenCall, Object, SourceDeclaration, Span, Text, Value
from ffi_core.schema import FOREIGN_FIELDS
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.workspace import Snapshot


class Role(enum.Enum):
    """How a symbol's name is written at a place."""

    KEY = "key"
    BINDING = "binding"
    LOCAL = "local"
    USE = "use"


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere inside a call that opens a library, or at a use of what it bound.

    Parameters
    ----------
    index: which of the snapshot's calls it belongs to.
    call: that call.
    facts: what is known of its library.
    span: the text that the cursor touches, with its quotes where it has some.
    """

    index: int
    call: DlopenCall
    facts: LibraryFacts
    span: Span


@dataclass(frozen=True, slots=True)
class LibraryPlace(Place):
    """The string that names the library."""

    name: str


@dataclass(frozen=True, slots=True)
class SymbolPlace(Place):
    """A symbol's name: its key in the schema, its binding, or a use of the bound variable."""

    name: str
    role: Role

    @property
    def declaration(self) -> SourceDeclaration | None:
        """The schema's entry for the symbol, where there is one."""
        return self.call.declaration_of(self.name)


@dataclass(frozen=True, slots=True)
class TypePlace(Place):
    """A value where a native type is expected, known or not.

    Parameters
    ----------
    name: the word.
    entry: the declaration that it stands in.
    parameter: the index of the parameter that it is, or is a part of; None where it belongs to the result.
    """

    name: str
    entry: SourceDeclaration
    parameter: int | None


@dataclass(frozen=True, slots=True)
class ImportedPlace(Place):
    """A name in this file that stands for declarations which another module exports.

    Parameters
    ----------
    declarations: all of them.
    """

    declarations: tuple[SourceDeclaration, ...]


def at(snapshot: Snapshot, offset: int) -> Place | None:
    """What the cursor at this byte offset touches; None outside of FFI declarations and their uses."""
    for index, (call, facts) in enumerate(zip(snapshot.calls, snapshot.facts, strict=True)):
        for name, role, span in mentions(call):
            if offset in span:
                if role is Role.KEY and is_imported(call, span):
                    there = tuple(entry for entry in call.declarations if entry.name_span == span)
                    return ImportedPlace(index, call, facts, span, there)
                return SymbolPlace(index, call, facts, span, name, role)
        if isinstance(call.library, Text) and offset in call.library.span:
            return LibraryPlace(index, call, facts, call.library.span, call.library.value)
        for entry in call.declarations:
            if offset in entry.span:
                for word in types_of(call, entry):
                    if offset in word.span:
                        slot = _slot(call, entry, offset)
                        return TypePlace(index, call, facts, word.span, word.value, entry, slot)
    return None


def inside_quotes(data: bytes, span: Span) -> Span:
    """A string's text without its quotes; the name of a const, which has none, as it is."""
    quoted = span.end - span.start >= 2 and data[span.start : span.start + 1] in (b'"', b"'", b"`")
    return Span(span.start + 1, span.end - 1) if quoted else span


def is_imported(call: DlopenCall, span: Span) -> bool:
    """Whether what stands at a place comes from another module, so that no edit in this file changes it."""
    return any(other.start <= span.start and span.end <= other.end for other in call.imported)


def parameter_values(call: DlopenCall, entry: SourceDeclaration) -> tuple[Value, ...]:
    """What an entry lists as its parameters, each as it is written; none where that is not known."""
    if not isinstance(entry.value, Object):
        return ()
    listed = entry.value.get(DIALECTS[call.dialect].parameters)
    return listed.value.items if listed is not None and isinstance(listed.value, Array) else ()


def _slot(call: DlopenCall, entry: SourceDeclaration, offset: int) -> int | None:
    values = parameter_values(call, entry)
    return next((index for index, value in enumerate(values) if offset in value.span), None)


def mentions(call: DlopenCall) -> Iterator[tuple[str, Role, Span]]:
    """Every place where one of the call's symbols is named: ``(symbol, role, span)``.

    The name of a callback, a type or a function at an address is that of a variable, or nobody's, and is not ours.
    """
    if call.kind in (CallKind.POINTER, CallKind.CALLBACK, CallKind.TYPE):
        return
    for entry in call.declarations:
        yield entry.name, Role.KEY, entry.name_span
    for binding in call.bindings:
        yield binding.symbol, Role.BINDING, binding.symbol_span
        if binding.local_span != binding.symbol_span:
            yield binding.symbol, Role.LOCAL, binding.local_span
    for symbol, span in call.uses:
        yield symbol, Role.USE, span


def mentions_of(snapshot: Snapshot, place: SymbolPlace) -> list[tuple[DlopenCall, Role, Span]]:
    """Every place that names the symbol at a place, each once, in the order of the text.

    Calls that are given one and the same schema share its keys, so their bindings and uses are among them.
    """
    entry = place.declaration
    key = None if entry is None or is_imported(place.call, entry.name_span) else entry.name_span
    found: dict[Span, tuple[DlopenCall, Role, Span]] = {}
    for call in snapshot.calls:
        other = call.declaration_of(place.name)
        if call is place.call or (key is not None and other is not None and other.name_span == key):
            for name, role, span in mentions(call):
                if name == place.name:
                    found.setdefault(span, (call, role, span))
    return [found[span] for span in sorted(found)]


def types_of(call: DlopenCall, entry: SourceDeclaration) -> Iterator[Text]:
    """The strings of a schema's entry that stand where a native type is expected, those inside structs among them."""
    yield from _types_in(entry.value, type_fields(call))


def type_fields(call: DlopenCall) -> frozenset[str]:
    """The fields of an entry whose values are native types: the dialect's own and those that other dialects have."""
    dialect = DIALECTS[call.dialect]
    return frozenset({dialect.parameters, dialect.result, "type", "struct", *FOREIGN_FIELDS, *FOREIGN_FIELDS.values()})


def _types_in(value: Value, fields: frozenset[str]) -> Iterator[Text]:
    if not isinstance(value, Object):
        return
    for entry in value:
        if entry.key not in fields:
            continue
        for word in entry.value.items if isinstance(entry.value, Array) else (entry.value,):
            if isinstance(word, Text):
                yield word
            else:
                yield from _types_in(word, fields)
