"""The shape of the bindings in a file: symbols for an outline, ranges to fold and to select, links to libraries."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ffi_core.model import Array, DlopenCall, Object, Span, Text, Value
from ffi_lsp.workspace import Snapshot


class SymbolKind(enum.Enum):
    """What an outline's entry is."""

    LIBRARY = "library"
    FUNCTION = "function"
    STATIC = "static"


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """A library or one of its symbols.

    Parameters
    ----------
    name: the library's name as written, or the schema key.
    detail: the signature, where it can be read.
    kind: what it is.
    span: the whole of it.
    name_span: the part to put the cursor on; inside `span`.
    children: a library's symbols.
    """

    name: str
    detail: str
    kind: SymbolKind
    span: Span
    name_span: Span
    children: tuple[OutlineEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A library's name as a link to its file."""

    span: Span
    file: Path


def outline(snapshot: Snapshot) -> list[OutlineEntry]:
    """Each call that opens a library, with the symbols that it declares."""
    return [
        OutlineEntry(
            call.library.value if isinstance(call.library, Text) else snapshot.text.slice(call.callee_span),
            call.dialect,
            SymbolKind.LIBRARY,
            call.span,
            call.library.span if call.library is not None else call.callee_span,
            tuple(_symbols(call)),
        )
        for call in snapshot.calls
    ]


def foldings(snapshot: Snapshot) -> list[Span]:
    """The schemas and their entries, to be folded where they take more than one line."""
    inside = [entry.span for call in snapshot.calls for entry in call.declarations]
    return sorted([*inside, *(call.schema.span for call in snapshot.calls if isinstance(call.schema, Object))])


def links(snapshot: Snapshot) -> list[Link]:
    """The names of libraries, each with the file that it leads to."""
    return [
        Link(call.library.span, facts.file)
        for call, facts in zip(snapshot.calls, snapshot.facts, strict=True)
        if isinstance(call.library, Text) and facts.file is not None
    ]


def selections(snapshot: Snapshot, offset: int) -> list[Span]:
    """What to select step by step from this byte offset outwards, up to the call; nothing outside of one."""
    for call in snapshot.calls:
        if offset in call.span:
            spans = {call.span, *(span for part in (call.library, call.schema) for span in _around(part, offset))}
            return sorted(spans, key=lambda span: span.end - span.start)
    return []


def _symbols(call: DlopenCall) -> Iterator[OutlineEntry]:
    for entry in call.declarations:
        declared = entry.declaration
        static = declared is not None and declared.static is not None
        detail = "" if declared is None else str(declared).removeprefix(declared.name).removeprefix(": ")
        kind = SymbolKind.STATIC if static else SymbolKind.FUNCTION
        yield OutlineEntry(entry.name, detail, kind, entry.span, entry.name_span)


def _around(value: Value | None, offset: int) -> Iterator[Span]:
    if value is None or offset not in value.span:
        return
    yield value.span
    if isinstance(value, Text) and value.span.end - value.span.start > 1:
        yield Span(value.span.start + 1, value.span.end - 1)
    elif isinstance(value, Array):
        for item in value.items:
            yield from _around(item, offset)
    elif isinstance(value, Object):
        for entry in value:
            if offset in entry.span:
                yield from (entry.span, *([entry.key_span] if offset in entry.key_span else []))
                yield from _around(entry.value, offset)
