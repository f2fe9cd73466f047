"""A function that is declared as data.

## What it does

Finds entries with a `type`, which declares a variable of the library, whose symbol is a function.

## Why is this bad

What is read are the first bytes of the function's machine code. A static of type `pointer` or `function` is right: it
is the function's address.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  abs: { type: "i32" },
});
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  abs: { parameters: ["i32"], result: "i32" },
  labs: { type: "pointer" },
});
```

## Fix

None: parameters and result have to be declared.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall, SourceDeclaration
from ffi_core.types import Kind
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import symbol_of, symbol_span

SEVERITY = Severity.ERROR

_ADDRESSES = {Kind.POINTER, Kind.BUFFER, Kind.FUNCTION}


def check_declaration(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """A static, if its symbol is a function; the library's file alone tells that."""
    static = entry.declaration.static if entry.declaration is not None else None
    if static is None or static.kind in _ADDRESSES:
        return
    symbol = symbol_of(call, entry)
    found = facts.find(symbol) if symbol is not None else None
    if found is not None and found[0].callable:
        message = f"{symbol!r} is a function in {facts.title}, but is declared as data of type {static}"
        yield Finding(symbol_span(call, entry), message, entry.name)
