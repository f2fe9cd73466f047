"""Completion: which of our proposals belong to a place, in a schema, in a pattern, in a library's or header's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from ffi_core.model import CallKind, DlopenCall, Span, Text
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide.context import Context, context_at
from ffi_lsp.ide.cursor import TypePlace, at, inside_quotes, is_imported
from ffi_lsp.ide.header_comments import header_name_at
from ffi_lsp.ide.pattern import name_in_pattern
from ffi_lsp.ide.proposals import Completions, Item, ItemKind, best
from ffi_lsp.ide.repair import closed_at
from ffi_lsp.ide.schema_proposals import Known, proposals, types
from ffi_lsp.workspace import Snapshot


class Places(Protocol):
    """Whoever knows what there is around the file. `ffi_lsp.surroundings.Surroundings` does."""

    def library_names(self, typed: str) -> list[str]:
        """What a library's name may be that begins as typed."""
        ...

    def header_names(self, typed: str) -> list[str]:
        """What a header's name may be that begins as typed."""
        ...


def completion(
    snapshot: Snapshot, offset: int, reread: Callable[[bytes], Snapshot], known: Known, places: Places
) -> Completions | None:
    """What may be written at a place.

    Parameters
    ----------
    snapshot: the text.
    offset: byte offset of the cursor.
    reread: gives the snapshot of another text in the same file; for one that breaks off at the cursor, closed there.
    known: knows prototypes of symbols that are not declared yet.
    places: knows the names of libraries and headers.

    Returns
    -------
    None where nothing of ours can stand.
    """
    header = header_name_at(snapshot.text.data, offset)
    if header is not None:
        return _files(snapshot, header, offset, places.header_names)
    found = _completion(snapshot, offset, known, places)
    if found is None and (closed := closed_at(snapshot.text.data, offset)) is not None:
        found = _completion(reread(closed), offset, known, places)
    return found


def _completion(snapshot: Snapshot, offset: int, known: Known, places: Places) -> Completions | None:
    data = snapshot.text.data
    for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
        library = _library_name(data, call, offset)
        if library is not None:
            return _files(snapshot, library, offset, places.library_names)
        span = call.schema.span if call.schema is not None else None
        is_schema = span is not None and call.kind is not CallKind.TYPE and data[span.start : span.start + 1] == b"{"
        if span is not None and is_schema and span.start < offset <= span.end:
            context = context_at(data, span.start, offset)
            alone = next((entry for entry in call.declarations if entry.value.span == span), None)
            if context is not None and alone is not None:
                context = replace(context, path=(alone.name, *context.path))
            return None if context is None else proposals(context, call, facts, known)
        name = name_in_pattern(data, call, offset)
        if name is not None:
            return _names(name, Span(name.start, offset), snapshot, call)
    return _type_in_string(snapshot, offset)


def _type_in_string(snapshot: Snapshot, offset: int) -> Completions | None:
    """Types where a dialect takes them otherwise than in a schema: ``lib.func("f", "int", ["double"])`` of koffi."""
    place = at(snapshot, offset)
    if not isinstance(place, TypePlace):
        return None
    inside = inside_quotes(snapshot.text.data, place.span)
    if inside == place.span or offset not in inside:
        return None
    typed = Span(inside.start, offset)
    context = Context((), False, (), snapshot.text.slice(typed), inside, typed, '"')
    return types(context, place.call, allow_void=place.parameter is None)


def _library_name(data: bytes, call: DlopenCall, offset: int) -> Span | None:
    if not isinstance(call.library, Text) or is_imported(call, call.library.span):
        return None
    inside = inside_quotes(data, call.library.span)
    return inside if inside != call.library.span and offset in inside else None


def _files(snapshot: Snapshot, span: Span, offset: int, names: Callable[[str], list[str]]) -> Completions:
    typed = Span(span.start, offset)
    word = snapshot.text.slice(typed)

    def build(name: str) -> Item:
        kind = ItemKind.FOLDER if name.endswith("/") else ItemKind.FILE
        return Item(name, kind, Edit(span, name))

    # A name that would end the string is not one that a person picks from a list, nor is one that shares mere letters.
    small = word.lower()
    plain = (name for name in names(word) if name.isprintable() and not set(name) & set("\"'`\\"))
    return best(typed, word, (name for name in plain if small in name.lower()), build)


def _names(span: Span, typed: Span, snapshot: Snapshot, call: DlopenCall) -> Completions:
    """The declared symbols that are not yet taken from the library."""
    taken = {binding.symbol for binding in call.bindings if span.start not in binding.symbol_span}
    free = {entry.name: entry for entry in call.declarations if entry.name not in taken and entry.name.isidentifier()}

    def build(name: str) -> Item:
        declared = free[name].declaration
        static = declared is not None and declared.static is not None
        kind = ItemKind.VARIABLE if static else ItemKind.FUNCTION
        detail = None if declared is None else str(declared)
        return Item(name, kind, Edit(span, name), None, detail)

    return best(typed, snapshot.text.slice(typed), free, build)
