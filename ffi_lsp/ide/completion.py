"""Completion: exported symbols as keys, the fields that an entry still lacks, native types, names to take apart."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ffi_core.dialects import DIALECTS
from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.model import DlopenCall, Object, Span
from ffi_core.types import NATIVE_TYPES
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide.context import Context, context_at
from ffi_lsp.ide.cursor import type_fields
from ffi_lsp.ide.hover import type_lines
from ffi_lsp.ide.pattern import name_in_pattern
from ffi_lsp.ide.repair import closed_at
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.workspace import Snapshot

LIMIT = 100
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


def completion(snapshot: Snapshot, offset: int, reread: Callable[[bytes], Snapshot]) -> Completions | None:
    """What may be written at a place.

    Parameters
    ----------
    snapshot: the text.
    offset: byte offset of the cursor.
    reread: gives the snapshot of another text in the same file; for one that breaks off at the cursor, closed there.

    Returns
    -------
    None where nothing of ours can stand.
    """
    found = _completion(snapshot, offset)
    if found is None and (closed := closed_at(snapshot.text.data, offset)) is not None:
        found = _completion(reread(closed), offset)
    return found


def _completion(snapshot: Snapshot, offset: int) -> Completions | None:
    data = snapshot.text.data
    for call, facts in zip(snapshot.calls, snapshot.facts, strict=True):
        span = call.schema.span if call.schema is not None else None
        if span is not None and span.start < offset <= span.end and data[span.start : span.start + 1] == b"{":
            context = context_at(data, span.start, offset)
            return None if context is None else _proposals(context, call, facts)
        name = name_in_pattern(data, call, offset)
        if name is not None:
            return _names(name, snapshot.text.slice(Span(name.start, offset)), call)
    return None


def _names(span: Span, word: str, call: DlopenCall) -> Completions:
    """The declared symbols that are not yet taken from the library."""
    taken = {binding.symbol for binding in call.bindings if span.start not in binding.symbol_span}
    free = {entry.name: entry for entry in call.declarations if entry.name not in taken and entry.name.isidentifier()}

    def build(name: str) -> Item:
        declared = free[name].declaration
        return Item(name, ItemKind.FUNCTION, Edit(span, name), None, None if declared is None else str(declared))

    return _best(word, free, build)


def _proposals(context: Context, call: DlopenCall, facts: LibraryFacts) -> Completions | None:
    match context.path:
        case ("",):
            return _symbols(context, call, facts)
        case (str(symbol), ""):
            return _fields(context, call, symbol)
        case (_, str(field), *rest) if field in type_fields(call) and not context.at_key:
            if _in_arrays(rest):
                return _types(context, call, allow_void=field == DIALECTS[call.dialect].result)
    return None


def _in_arrays(rest: list[str | int]) -> bool:
    """Whether the path below a field leads to a type: into its list, and into structs inside of it."""
    match rest:
        case [] | [int()]:
            return True
        case ["struct", *inner] | [int(), "struct", *inner]:
            return bool(inner) and _in_arrays(inner)
    return False


def _symbols(context: Context, call: DlopenCall, facts: LibraryFacts) -> Completions:
    here = next((entry for entry in call.declarations if context.span.start in entry.name_span), None)
    declared = {entry.name for entry in call.declarations if entry is not here} | set(context.keys)
    try:
        symbols = facts.library.symbols() if facts.library else ()
    except (LibraryLoadError, LibraryNotFoundError):
        # The file was replaced a moment ago; the next snapshot knows the new one.
        symbols = ()
    callable_ = {entry.name: entry for entry in symbols if entry.default and entry.callable}
    names = sorted(callable_.keys() - declared, key=lambda name: (name.startswith("_"), name))
    dialect = DIALECTS[call.dialect]
    has_value = here is not None and isinstance(here.value, Object)

    def build(name: str) -> Item:
        text = name if context.quote or name.isidentifier() else f'"{name}"'
        entry = f'{text}: {{ {dialect.parameters}: [$1], {dialect.result}: "$2" }}'
        snippet = None if has_value or context.quote else entry
        return Item(name, ItemKind.FUNCTION, Edit(context.span, text), snippet, callable_[name].version)

    return _best(context.word, names, build)


def _fields(context: Context, call: DlopenCall, symbol: str) -> Completions:
    dialect = DIALECTS[call.dialect]
    entry = call.declaration_of(symbol)
    written = {field.key for field in entry.value} if entry is not None and isinstance(entry.value, Object) else set()
    present = (written - {context.word}) | set(context.keys)
    values = {dialect.parameters: "[$1]", "nonblocking": "true", "optional": "true"}

    def build(field: str) -> Item:
        snippet = None if context.quote else f"{field}: " + values.get(field, '"$1"')
        return Item(field, ItemKind.FIELD, Edit(context.span, field), snippet)

    return _best(context.word, [field for field in dialect.fields if field not in present], build)


def _types(context: Context, call: DlopenCall, *, allow_void: bool) -> Completions:
    meanings = DIALECTS[call.dialect].types

    def build(spelling: str) -> Item:
        text = spelling if context.quote else f'"{spelling}"'
        native = NATIVE_TYPES.get(meanings[spelling] or "")
        detail, lines = (native.c_type, type_lines(native)) if native else (None, ())
        return Item(spelling, ItemKind.TYPE, Edit(context.span, text), None, detail, lines)

    spellings = [spelling for spelling, meaning in meanings.items() if allow_void or meaning != "void"]
    return _best(context.word, spellings, build)


def _best(word: str, labels: Iterable[str], build: Callable[[str], Item]) -> Completions:
    """The items whose labels match what is typed: those that begin with it first, then those that hold it, then the
    rest that have its letters in order; otherwise in the order given."""
    ranked: list[list[str]] = [[], [], [], []]
    for label in labels:
        rank = _rank(word, label)
        if rank is not None:
            ranked[rank].append(label)
    matching = [label for rank in ranked for label in rank]
    return Completions(tuple(build(label) for label in matching[:LIMIT]), complete=len(matching) <= LIMIT)


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
