"""What stands under a cursor: the one place where an offset becomes a symbol, a type or a library name."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from ffi_core.dialects import DIALECTS
from ffi_core.model import Array, DlopenCall, Object, SourceDeclaration, Span, Text, Value
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
    """A string where a native type is expected, known or not."""

    name: str


def at(snapshot: Snapshot, offset: int) -> Place | None:
    """What the cursor at this byte offset touches; None outside of FFI declarations and their uses."""
    for index, (call, facts) in enumerate(zip(snapshot.calls, snapshot.facts, strict=True)):
        for name, role, span in mentions(call):
            if offset in span:
                return SymbolPlace(index, call, facts, span, name, role)
        if offset not in call.span:
            continue
        if isinstance(call.library, Text) and offset in call.library.span:
            return LibraryPlace(index, call, facts, call.library.span, call.library.value)
        for entry in call.declarations:
            if offset in entry.span:
                for word in types_of(call, entry):
                    if offset in word.span:
                        return TypePlace(index, call, facts, word.span, word.value)
    return None


def mentions(call: DlopenCall) -> Iterator[tuple[str, Role, Span]]:
    """Every place where one of the call's symbols is named: ``(symbol, role, span)``."""
    for entry in call.declarations:
        yield entry.name, Role.KEY, entry.name_span
    for binding in call.bindings:
        yield binding.symbol, Role.BINDING, binding.symbol_span
        if binding.local_span != binding.symbol_span:
            yield binding.symbol, Role.LOCAL, binding.local_span
    for symbol, span in call.uses:
        yield symbol, Role.USE, span


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
