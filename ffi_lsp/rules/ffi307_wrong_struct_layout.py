"""A struct that is laid out otherwise than C's.

## What it does

Compares size and fields of each struct that is passed or returned by value with the prototype in the library's header.
Fields that are only divided otherwise, such as two `i32` for one `i64`, come out equal and are right.

## Why is this bad

The bytes are read at other places than where they were written, and what is larger than 16 bytes travels in memory,
where the other side does not look for it.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  div: { parameters: ["i32", "i32"], result: { struct: ["i32", "i64"] } },
});
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  div: { parameters: ["i32", "i32"], result: { struct: ["i32", "i32"] } },
});
```

## Fix

None: which of C's fields a field stands for, only the program's author knows.
"""

from __future__ import annotations

from collections.abc import Iterable

from ffi_core.model import DlopenCall, MismatchKind, SourceDeclaration
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.prototype_findings import findings
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR


def check_declaration(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration) -> Iterable[Finding]:
    """Every struct that is laid out otherwise than C's."""
    return findings(call, facts, entry, MismatchKind.LAYOUT)
