"""Completion inside a schema: exported symbols as keys, the fields that an entry still lacks, native types."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ffi_core.dialects import DIALECTS
from ffi_core.model import DlopenCall, Object, Symbol
from ffi_core.types import NATIVE_TYPES
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide.context import Context, context_at
from ffi_lsp.ide.cursor import type_fields
from ffi_lsp.ide.hover import type_lines
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.workspace import Snapshot

LIMIT = 200
"""Most proposals in one answer; where there are more, the list says that it is not complete."""


class ItemKind(enum.Enum):
    """What a proposal is."""

    FUNCTION = "function"
    FIELD = "field"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Item:
    """One proposal.

    Parameters
    ----------
    label: what the list shows, and what typing is matched against.
    kind: what it is.
    edit: the change that accepting it makes.
    snippet: the same as a snippet of the protocol with tab stops, or None where the plain text says it all.
    detail: a few words beside the label.
    lines: sentences for people; what stands in backticks is code.
    """

    label: str
    kind: ItemKind
    edit: Edit
    snippet: str | None = None
    detail: str | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Completions:
    """Proposals, best first; `complete` is False where typing on may bring others."""

    items: tuple[Item, ...]
    complete: bool


def completion(snapshot: Snapshot, offset: int) -> Completions | None:
    """What may be written at this byte offset; None where nothing of ours can stand."""
    for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
        if call.schema is None or not call.schema.span.start < offset <= call.schema.span.end:
            continue
        if snapshot.text.data[call.schema.span.start : call.schema.span.start + 1] != b"{":
            return None
        context = context_at(snapshot.text.data, call.schema.span.start, offset)
        return None if context is None else _proposals(context, call, facts)
    return None


def _proposals(context: Context, call: DlopenCall, facts: LibraryFacts) -> Completions | None:
    match context.path:
        case ("",):
            return _ranked(context.word, _symbols(context, call, facts))
        case (str(symbol), ""):
            return _ranked(context.word, _fields(context, call, symbol))
        case (_, str(field), *rest) if field in type_fields(call) and not context.at_key:
            if _in_arrays(rest):
                return _ranked(context.word, _types(context, call, allow_void=field == DIALECTS[call.dialect].result))
    return None


def _in_arrays(rest: list[str | int]) -> bool:
    """Whether the path below a field leads to a type: into its list, and into structs inside of it."""
    match rest:
        case [] | [int()]:
            return True
        case ["struct", *inner] | [int(), "struct", *inner]:
            return bool(inner) and _in_arrays(inner)
    return False


def _symbols(context: Context, call: DlopenCall, facts: LibraryFacts) -> Iterator[Item]:
    if facts.library is None:
        return
    here = next((entry for entry in call.declarations if context.span.start in entry.name_span), None)
    declared = {entry.name for entry in call.declarations if entry is not here} | set(context.keys)
    has_value = here is not None and isinstance(here.value, Object)
    for name in facts.library.names():
        symbol = None if name in declared else facts.library.find(name)
        if symbol is not None and symbol.callable:
            yield _symbol(context, call, symbol, has_value)


def _symbol(context: Context, call: DlopenCall, symbol: Symbol, has_value: bool) -> Item:
    text = symbol.name if context.quote or symbol.name.isidentifier() else f'"{symbol.name}"'
    dialect = DIALECTS[call.dialect]
    entry = f'{text}: {{ {dialect.parameters}: [$1], {dialect.result}: "$2" }}'
    snippet = None if has_value or context.quote else entry
    return Item(symbol.name, ItemKind.FUNCTION, Edit(context.span, text), snippet, symbol.version)


def _fields(context: Context, call: DlopenCall, symbol: str) -> Iterator[Item]:
    dialect = DIALECTS[call.dialect]
    entry = call.declaration_of(symbol)
    written = {field.key for field in entry.value} if entry is not None and isinstance(entry.value, Object) else set()
    present = (written - {context.word}) | set(context.keys)
    values = {dialect.parameters: "[$1]", "nonblocking": "true", "optional": "true"}
    for field in dialect.fields:
        if field not in present:
            snippet = None if context.quote else f"{field}: " + values.get(field, '"$1"')
            yield Item(field, ItemKind.FIELD, Edit(context.span, field), snippet)


def _types(context: Context, call: DlopenCall, *, allow_void: bool) -> Iterator[Item]:
    for spelling, name in DIALECTS[call.dialect].types.items():
        if name == "void" and not allow_void:
            continue
        text = spelling if context.quote else f'"{spelling}"'
        native = NATIVE_TYPES.get(name or "")
        detail, lines = (native.c_type, type_lines(native)) if native else (None, ())
        yield Item(spelling, ItemKind.TYPE, Edit(context.span, text), None, detail, lines)


def _ranked(word: str, items: Iterable[Item]) -> Completions:
    """The items that match what is typed: those that begin with it first, then those that hold it, then the rest that
    have its letters in order. Functions stand by name, those with a leading underscore behind the others."""
    ranked = []
    for place, item in enumerate(items):
        rank = _rank(word, item.label)
        if rank is not None:
            name = item.label if item.kind is ItemKind.FUNCTION else ""
            ranked.append((rank, name.startswith("_"), name, place, item))
    ranked.sort(key=lambda entry: entry[:4])
    return Completions(tuple(entry[4] for entry in ranked[:LIMIT]), complete=len(ranked) <= LIMIT)


def _rank(word: str, label: str) -> int | None:
    if label.startswith(word):
        return 0
    small_word, small_label = word.lower(), label.lower()
    if small_label.startswith(small_word):
        return 1
    if small_word in small_label:
        return 2
    letters = iter(small_label)
    return 3 if all(letter in letters for letter in small_word) else None
