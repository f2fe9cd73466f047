"""A type that the dialect does not know.

## What it does

Finds words in the place of a native type that are none in the dialect of the call: names from C (`int`, `char
*`, `size_t`), names from another runtime (`cstring`, `ptr`) and slips of the keyboard.

## Why is this bad

Porffor copies the word into the C text that it makes, and the C compiler stops at it; in the place of a
result it is silently read as a 32-bit integer. The other runtimes refuse to open the library.

## Bad

```js
const { toupper } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: ["int"], result: "i32" },
});
```

## Good

```js
const { toupper } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
});
```

## Fix

The nearest type of the dialect is put in place, in the same quotes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from ffi_core.model import Array, BigInt, Boolean, DlopenCall, Nothing, Number, Object, SourceDeclaration, Text, Value
from ffi_core.types import NATIVE_TYPES
from ffi_lsp.diagnostic import Fix, Severity
from ffi_lsp.rules.edits import text_edit
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of, types

SEVERITY = Severity.ERROR

_WORDS_OF_C = {"signed", "unsigned", "char", "short", "int", "long", "double", "const", "volatile", "struct"}
_ALIASES = {word.lower() for type_ in NATIVE_TYPES.values() for word in (type_.name, type_.c_type, *type_.aliases)}
_OTHERWISE_SIZED = {"long double", "__int128", "unsigned __int128", "float16", "_Complex"}


def check_declaration(call: DlopenCall, _facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """Every word in the place of a type that the dialect does not know."""
    if isinstance(entry.value, Object):
        dialect = dialect_of(call)
        for word in types(dialect, entry.value):
            is_known = isinstance(word, Text) and word.value in dialect.types
            finding = None if is_known else _judge(call, entry.name, word)
            if finding is not None:
                yield finding


def _judge(call: DlopenCall, symbol: str, word: Value) -> Finding | None:
    dialect = dialect_of(call)
    if isinstance(word, Number) and word.value in dialect.type_numbers:
        return None
    if isinstance(word, Number | BigInt | Boolean | Nothing | Array):
        return Finding(word.span, f"a type is written as a string, such as {next(iter(dialect.types))!r}", symbol)
    if isinstance(word, Object) and word.complete and word.get("struct") is None:
        shape = " or { struct: [...] }" if call.dialect == "deno" else ""
        return Finding(
            word.span, f"a type is written as a string, such as {next(iter(dialect.types))!r}{shape}", symbol
        )
    if not isinstance(word, Text):
        return None
    name, start, end = dialect.bare_type(word.value)
    if name in dialect.types or name in call.named_types or not _is_surely_unknown(call, name):
        return None
    unknown = f"{dialect.title} has no type {name!r}"
    nearest = _nearest(call, name)
    if nearest is None and dialect.types_can_be_added:
        hint = f", and this program defines none; for handles of a library, define it with koffi.opaque({name!r})"
        return Finding(word.span, unknown + hint, symbol)
    if nearest is None:
        return Finding(word.span, f"{unknown}; its types are {', '.join(dialect.types)}", symbol)
    right = word.value[:start] + nearest + word.value[end:]
    fix = Fix(f"Replace by {right!r}", (text_edit(call, word.span, right),))
    return Finding(word.span, f"{unknown}; did you mean {nearest!r}?", symbol, (fix,))


def _is_surely_unknown(call: DlopenCall, name: str) -> bool:
    """Whether nobody can have defined a type of this name; C's own words for numbers are no names to give."""
    if call.knows_all_types or not dialect_of(call).types_can_be_added:
        return True
    words = name.split()
    return len(words) > 1 and all(word in _WORDS_OF_C for word in words)


def _nearest(call: DlopenCall, name: str) -> str | None:
    dialect = dialect_of(call)
    if name in _OTHERWISE_SIZED:
        return None
    if name == "signed char":
        return dialect.nearest_type("int8_t")
    without_marks = " ".join(word for word in name.split() if word not in {"const", "volatile", "signed", "struct"})
    if without_marks in dialect.types or without_marks in call.named_types:
        return without_marks
    if dialect.types_can_be_added and name.lower() not in _ALIASES:
        # A name that looks a little like another one may well be a type that somebody forgot to define.
        known = [word for word in (*call.named_types, *dialect.types) if not word.startswith("anonymous_type_")]
        return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=0.8)), None)
    return dialect.nearest_type(name)
