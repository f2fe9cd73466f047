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

from collections.abc import Iterator

from ffi_core.model import Array, BigInt, Boolean, DlopenCall, Nothing, Number, Text, Value
from ffi_core.types import NATIVE_TYPES
from ffi_lsp.diagnostic import Fix, Severity
from ffi_lsp.rules.edits import text_edit
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of, entries, types

SEVERITY = Severity.ERROR


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every word in the place of a type that the dialect does not know."""
    for entry, value in entries(call):
        for word in types(dialect_of(call), value):
            finding = _judge(call, entry.name, word)
            if finding is not None:
                yield finding


def _judge(call: DlopenCall, symbol: str, word: Value) -> Finding | None:
    dialect = dialect_of(call)
    if isinstance(word, Number) and word.value in dialect.type_numbers:
        return None
    if isinstance(word, Number | BigInt | Boolean | Nothing | Array):
        return Finding(word.span, f"a type is written as a string, such as {next(iter(dialect.types))!r}", symbol)
    if not isinstance(word, Text) or word.value in dialect.types:
        return None
    if dialect.types_can_be_added and word.value not in NATIVE_TYPES:
        return None  # it may be defined in another module; only a native type's name from elsewhere is surely wrong
    nearest = dialect.nearest_type(word.value)
    if nearest is None:
        known = ", ".join(dialect.types)
        return Finding(word.span, f"{dialect.title} has no type {word.value!r}; its types are {known}", symbol)
    fix = Fix(f"Replace by {nearest!r}", (text_edit(call, word.span, nearest),))
    message = f"{dialect.title} has no type {word.value!r}; did you mean {nearest!r}?"
    return Finding(word.span, message, symbol, (fix,))
