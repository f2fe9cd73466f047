"""The shape of the bindings in a file: symbols for an outline and an index, ranges to fold and to select."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ffi_core.model import Array, CallKind, DlopenCall, Object, SourceDeclaration, Span, Text, Value
from ffi_lsp.ide.cursor import inside_quotes, is_imported
from ffi_lsp.workspace import Snapshot


class SymbolKind(enum.Enum):
    """What an outline's entry is."""

    LIBRARY = "library"
    FUNCTION = "function"
    STATIC = "static"
    TYPE = "type"


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


def outline(snapshot: Snapshot) -> list[OutlineEntry]:
    """Each library that is opened, with the symbols that are declared for it; then what is made beside libraries.

    Functions that are taken one by one from a library that was loaded once, as in koffi, stand together.
    """
    libraries: dict[tuple[str, Span], list[DlopenCall]] = {}
    for call in snapshot.calls:
        opened_elsewhere = call.library is not None and not _holds(call.span, call.library.span)
        place = call.library.span if opened_elsewhere and call.library is not None else call.span
        libraries.setdefault((call.dialect, place), []).append(call)
    return [_library(snapshot, calls) for calls in libraries.values()]


def foldings(snapshot: Snapshot) -> list[Span]:
    """The schemas and their entries, to be folded where they take more than one line."""
    found = {
        span
        for call in snapshot.calls
        for span in (
            *(entry.span for entry in call.declarations),
            *([call.schema.span] if isinstance(call.schema, Object) else []),
        )
        if not is_imported(call, span)
    }
    return sorted(found)


def selections(snapshot: Snapshot, offset: int) -> list[Span]:
    """What to select step by step from this byte offset outwards, up to the call; nothing outside of one."""
    for call in snapshot.calls:
        if offset in call.span:
            parts = (call.library, call.schema)
            spans = {call.span, *(span for part in parts for span in _around(snapshot.text.data, part, offset))}
            inside = (span for span in spans if _holds(call.span, span))
            return sorted(inside, key=lambda span: span.end - span.start)
    return []


def _library(snapshot: Snapshot, calls: list[DlopenCall]) -> OutlineEntry:
    first, library = calls[0], calls[0].library
    symbols = tuple(entry for call in calls for entry in _symbols(call))
    if first.kind in (CallKind.POINTER, CallKind.CALLBACK, CallKind.TYPE) and symbols:
        kind = SymbolKind.TYPE if first.kind is CallKind.TYPE else SymbolKind.FUNCTION
        (made, *_) = symbols
        detail = " ".join(filter(None, (first.kind.value, made.detail)))
        return OutlineEntry(made.name, detail, kind, first.span, first.callee_span)
    name = library.value if isinstance(library, Text) else snapshot.text.slice(first.callee_span)
    name_span = library.span if library is not None else first.callee_span
    span = _hull([name_span, *(call.span for call in calls)])
    return OutlineEntry(name, first.dialect, SymbolKind.LIBRARY, span, name_span, symbols)


def _symbols(call: DlopenCall) -> Iterator[OutlineEntry]:
    for entry in call.declarations:
        declared = entry.declaration
        static = declared is not None and declared.static is not None
        kind = SymbolKind.STATIC if static else SymbolKind.FUNCTION
        span = _hull([entry.span, entry.name_span])
        yield OutlineEntry(entry.name, _detail(entry), kind, span, entry.name_span)


def _detail(entry: SourceDeclaration) -> str:
    declared = entry.declaration
    return "" if declared is None else str(declared).removeprefix(declared.name).removeprefix(": ")


def _hull(spans: Iterable[Span]) -> Span:
    found = list(spans)
    return Span(min(span.start for span in found), max(span.end for span in found))


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _around(data: bytes, value: Value | None, offset: int) -> Iterator[Span]:
    if value is None or offset not in value.span:
        return
    yield value.span
    if isinstance(value, Text):
        yield inside_quotes(data, value.span)
    elif isinstance(value, Array):
        for item in value.items:
            yield from _around(data, item, offset)
    elif isinstance(value, Object):
        for entry in value:
            if offset in entry.span:
                yield from (entry.span, *([entry.key_span] if offset in entry.key_span else []))
                yield from _around(data, entry.value, offset)
