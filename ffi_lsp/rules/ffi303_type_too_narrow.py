"""A type with fewer bits than C's: half of an address, a 32-bit number for a 64-bit one.

## What it does

Compares the width of each declared integer with the prototype in the library's header.

## Why is this bad

Of a result the upper bits are cut off: an address of which half is missing crashes at its next use, in about half of
all runs. Of a parameter the upper bits are whatever was left in the register. A `size_t` declared with 32 bits works
until a size does not fit, and is a warning.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  strlen: { parameters: ["buffer"], result: "u32" },
});
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  strlen: { parameters: ["buffer"], result: "usize" },
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

SEVERITY = Severity.ERROR


def check_declaration(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration) -> Iterable[Finding]:
    """Every type with fewer bits than C's."""
    return findings(call, facts, entry, MismatchKind.NARROW)
