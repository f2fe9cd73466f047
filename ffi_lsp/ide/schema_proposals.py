"""Proposals inside a schema: exported symbols as keys, the fields that an entry still lacks, native types."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from ffi_core.dialects import DIALECTS
from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.generate import NotExpressibleError, declaration_of, entry_value
from ffi_core.headers import abi_of
from ffi_core.library import Library
from ffi_core.model import CallKind, DlopenCall, Object, Prototype, Span, Symbol
from ffi_core.types import NATIVE_TYPES
from ffi_lsp.diagnostic import Edit
from ffi_lsp.ide.c_side import summary
from ffi_lsp.ide.context import TOKEN, Context
from ffi_lsp.ide.cursor import type_fields
from ffi_lsp.ide.hover import header_place
from ffi_lsp.ide.proposals import LIMIT, Completions, Exported, Item, ItemKind, best, ranked
from ffi_lsp.ide.wording import type_lines
from ffi_lsp.rules import LibraryFacts

Known = Callable[[Library, Collection[str]], "tuple[Mapping[str, Prototype], bool]"]
"""Gives the prototypes of some names that are known now, and whether more of them may be known later."""

_MISSED = "used, not declared yet"
"""What is said of a symbol that the program binds or uses, and that has no entry."""


def proposals(context: Context, call: DlopenCall, facts: LibraryFacts, known: Known) -> Completions | None:
    """What may be written at a place in a schema.

    Parameters
    ----------
    context: the place.
    call: the call that it belongs to.
    facts: what is known of its library.
    known: knows prototypes of symbols that are not declared yet.
    """
    found = _proposals(context, call, facts, known)
    if found is None or context.lacks_comma is None:
        return found
    comma = Edit(Span(context.lacks_comma, context.lacks_comma), ",")
    return replace(found, items=tuple(replace(item, also=(comma,)) for item in found.items))


def _proposals(context: Context, call: DlopenCall, facts: LibraryFacts, known: Known) -> Completions | None:
    match context.path:
        case ("",):
            return _symbols(context, call, facts, known)
        case (str(symbol), ""):
            return _fields(context, call, symbol)
        case (str(symbol),) if call.kind is CallKind.LIBRARY and not context.quote:
            return _entry(context, call, facts, known, symbol)
        case (_, str(field), *rest) if field in type_fields(call) and not context.at_key:
            if _in_arrays(rest):
                return types(context, call, allow_void=field == DIALECTS[call.dialect].result)
    return None


def with_prototype(item: Item, exported: Exported, prototype: Prototype) -> Item:
    """A proposal for a symbol, now that C's prototype of it is known: the whole declaration, and what C says.

    Parameters
    ----------
    item: the proposal without it.
    exported: the symbol.
    prototype: what C says.
    """
    entry: str | None = None
    note: tuple[str, ...] = ()
    try:
        right = declaration_of(prototype, abi_of(exported.library))
        value = entry_value(right, exported.dialect, prototype)
        entry = f"{exported.key}: {value}{exported.behind}"
    except NotExpressibleError as error:
        note = (f"It cannot be declared as C has it: {error}.",)
    # Where only the key is asked for, the value that stands behind it is left as it is.
    whole = entry if entry is not None and item.snippet is not None else None
    return Item(
        item.label,
        item.kind,
        item.edit if whole is None else Edit(item.edit.span, whole),
        item.snippet if whole is None else escaped(whole),
        item.detail,
        (*item.lines, *note),
        str(prototype),
        header_place(prototype),
        summary(prototype.comment),
        exported,
        item.note,
        item.preferred,
        item.also,
    )


def escaped(text: str) -> str:
    """A text as a snippet that stands for nothing but itself."""
    return text.replace("\\", "\\\\").replace("$", "\\$")


def callable_symbols(library: Library | None) -> Mapping[str, Symbol]:
    """The functions that a library exports, by name, those with an underscore before it last; none where its file can
    no longer be read."""
    try:
        return _functions(library) if library is not None else {}
    except (LibraryLoadError, LibraryNotFoundError):
        # The file was replaced a moment ago; the next snapshot knows the new one.
        return {}


@lru_cache(maxsize=8)
def _functions(library: Library) -> Mapping[str, Symbol]:
    found = {entry.name: entry for entry in library.symbols() if entry.default and entry.callable}
    return {name: found[name] for name in sorted(found, key=lambda name: (name.startswith("_"), name))}


def _in_arrays(rest: list[str | int]) -> bool:
    """Whether the path below a field leads to a type: into its list, and into structs inside of it."""
    match rest:
        case [] | [int()]:
            return True
        case ["struct", *inner] | [int(), "struct", *inner]:
            return bool(inner) and _in_arrays(inner)
    return False


def _symbols(context: Context, call: DlopenCall, facts: LibraryFacts, known: Known) -> Completions:
    here = next((entry for entry in call.declarations if context.span.start in entry.name_span), None)
    declared = {entry.name for entry in call.declarations if entry is not here} | set(context.keys)
    symbols = callable_symbols(facts.library)
    missed = {name: None for name in _used(call) if name in symbols and name not in declared}
    likely = [name for name in missed if context.word.lower() in name.lower()]
    rest = declared.union(likely)
    matching = ranked(context.word, likely, LIMIT + 1)
    preferred = next(iter(matching), None)
    matching += ranked(context.word, [name for name in symbols if name not in rest], LIMIT + 1 - len(matching))
    shown = matching[:LIMIT]
    has_value = here is not None and isinstance(here.value, Object)
    if facts.library is None:
        return Completions((), complete=True, typed=context.typed)
    comma, library = _comma(call.source, context.span.end), facts.library
    prototypes, more_later = known(library, shown) if shown else ({}, False)

    def build(name: str) -> Item:
        text = name if context.quote or name.isidentifier() else f'"{name}"'
        exported = Exported(library, call.dialect, name, text, comma)
        snippet = None if has_value or context.quote else _skeleton(call.dialect, text) + comma
        item = Item(
            name,
            ItemKind.FUNCTION,
            Edit(context.span, text),
            snippet,
            symbols[name].version,
            exported=exported,
            note=_MISSED if name in missed else "",
            preferred=name == preferred,
        )
        return with_prototype(item, exported, prototypes[name]) if name in prototypes else item

    items = tuple(build(name) for name in shown)
    return Completions(items, len(matching) <= LIMIT and not more_later, context.typed)


def _entry(context: Context, call: DlopenCall, facts: LibraryFacts, known: Known, symbol: str) -> Completions | None:
    """The whole of an entry, for a key that stands there already: as C has it where that is known."""
    if context.word or facts.library is None or symbol not in callable_symbols(facts.library):
        return None
    prototypes, more_later = known(facts.library, (symbol,))
    words = DIALECTS[call.dialect]
    label = f"{{ {words.parameters}, {words.result} }}"
    skeleton = f'{{ {words.parameters}: [$1], {words.result}: "$2" }}'
    item = Item(label, ItemKind.FUNCTION, Edit(context.span, f"{{ {words.parameters}: [] }}"), skeleton, symbol)
    prototype = prototypes.get(symbol)
    if prototype is not None:
        try:
            value = entry_value(declaration_of(prototype, abi_of(facts.library)), call.dialect, prototype)
        except NotExpressibleError:
            value = ""
        edit, snippet = (Edit(context.span, value), escaped(value)) if value else (item.edit, item.snippet)
        text, comment = str(prototype), summary(prototype.comment)
        item = replace(item, edit=edit, snippet=snippet, prototype=text, place=header_place(prototype), comment=comment)
    return Completions((item,), not more_later, context.typed)


def _used(call: DlopenCall) -> Iterator[str]:
    """The symbols that a program binds and uses, in the order of its text; some more than once."""
    yield from (binding.symbol for binding in call.bindings)
    yield from (symbol for symbol, _ in call.uses)
    yield from (site.symbol for site in call.calls)


def _comma(source: bytes, end: int) -> str:
    """The comma that a new entry needs behind it: one only where another entry follows, for behind a last one people
    type their own."""
    tokens = (token.lastgroup for token in TOKEN.finditer(source, end))
    follows = next((kind for kind in tokens if kind != "comment"), None)
    return "," if follows in ("word", "string") else ""


def _skeleton(dialect: str, key: str) -> str:
    words = DIALECTS[dialect]
    return f'{escaped(key)}: {{ {words.parameters}: [$1], {words.result}: "$2" }}'


def _fields(context: Context, call: DlopenCall, symbol: str) -> Completions:
    dialect = DIALECTS[call.dialect].of(call.kind)
    entry = call.declaration_of(symbol)
    written = {field.key for field in entry.value} if entry is not None and isinstance(entry.value, Object) else set()
    present = (written - {context.word}) | set(context.keys)
    values = {dialect.parameters: "[$1]", **dict.fromkeys(("nonblocking", "optional", "threadsafe"), "true")}
    of_a_function = {dialect.parameters, dialect.result}
    # An entry declares a function or a variable.
    if "type" in present:
        present |= of_a_function
    elif present & of_a_function:
        present.add("type")

    def build(field: str) -> Item:
        snippet = None if context.quote else f"{field}: " + values.get(field, '"$1"')
        return Item(field, ItemKind.FIELD, Edit(context.span, field), snippet)

    free = [field for field in dialect.fields if field not in present and field not in dialect.ignored]
    return best(context.typed, context.word, free, build)


def types(context: Context, call: DlopenCall, *, allow_void: bool) -> Completions:
    """The native types of a dialect.

    Parameters
    ----------
    context: where the type is written.
    call: the call that it belongs to.
    allow_void: whether it may be no value.
    """
    meanings = DIALECTS[call.dialect].of(call.kind).types

    def build(spelling: str) -> Item:
        text = spelling if context.quote else f'"{spelling}"'
        native = NATIVE_TYPES.get(meanings[spelling] or "")
        detail, lines = (native.c_type, type_lines(native)) if native else (None, ())
        return Item(spelling, ItemKind.TYPE, Edit(context.span, text), None, detail, lines)

    spellings = [spelling for spelling, meaning in meanings.items() if allow_void or meaning != "void"]
    return best(context.typed, context.word, spellings, build)
