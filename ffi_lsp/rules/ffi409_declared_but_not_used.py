"""A symbol that is declared, but not used in the file.

## What it does

Finds entries of a schema that is written in the call, of which the file makes no use. Where the library or its symbols
are returned, exported, stored in an object or passed on, each counts as used. A hint, and off unless asked for.

## Why is this bad

The runtime looks each symbol up, and makes a function of it, before the program starts; and a version of the library
that lacks one that nobody needs cannot be opened for its sake.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
  getppid: { parameters: [], result: "i32" },
});
console.log(symbols.getpid());
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
console.log(symbols.getpid());
```

## Fix

The entry is taken away.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import CallKind, DlopenCall, Object
from ffi_lsp.diagnostic import Fix, Severity
from ffi_lsp.rules.edits import field_removal
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.HINT


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every such entry; where all are unused somebody is about to write the first use."""
    if call.kind is not CallKind.LIBRARY or call.leaks or not isinstance(call.schema, Object):
        return
    used = {name for name, _ in call.uses} | {binding.symbol for binding in call.bindings}
    for entry in call.declarations if used else ():
        inside = call.schema.span.start <= entry.span.start and entry.span.end <= call.schema.span.end
        if entry.name not in used and inside and call.span.start <= entry.span.start < call.span.end:
            message = f"{entry.name!r} is declared, but not used in this file"
            yield Finding(entry.name_span, message, entry.name, (Fix("Remove it", (field_removal(call, entry),)),))
