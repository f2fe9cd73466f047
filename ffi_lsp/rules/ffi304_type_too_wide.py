"""A type with more bits than C's.

## What it does

Compares the width of each declared integer with the prototype in the library's header. A small parameter that is
declared with up to 32 bits is right: it travels that way in any case.

## Why is this bad

Of a result the upper bits are not defined: `-1` may arrive as `4294967295`. Of a parameter the upper bits are lost.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  abs: { parameters: ["i32"], result: "i64" },
});
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  abs: { parameters: ["i32"], result: "i32" },
});
```

## Fix

C's type, where the dialect has it. It is a safe fix where the value is a plain number before and after.
"""

from __future__ import annotations

from collections.abc import Iterable

from ffi_core.model import DlopenCall, MismatchKind, SourceDeclaration
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.prototype_findings import findings
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.WARNING


def check_declaration(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration) -> Iterable[Finding]:
    """Every type with more bits than C's."""
    return findings(call, facts, entry, MismatchKind.WIDE)
