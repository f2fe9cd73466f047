"""A variadic function whose further arguments are declared as if they were fixed.

## What it does

Finds functions that end in `...` in C and are declared with parameters behind that, where those travel otherwise than
fixed ones: everywhere on Apple's ARM64, and floating point numbers on x86-64.

## Why is this bad

On Apple's ARM64 the further arguments travel on the stack, where a caller that takes them for fixed does not put
them. On x86-64 the caller says in a register how many floating point numbers there are; one that does not may have
them read as anything. Integers and addresses travel alike there, and nothing is said about them.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  printf: { parameters: ["buffer", "f64"], result: "i32" },
});
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  printf: { parameters: ["buffer", "i32"], result: "i32" },
  puts: { parameters: ["buffer"], result: "i32" },
});
```

## Fix

None: use a function that takes its arguments one by one, or koffi, which calls variadic functions.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall, MismatchKind, MismatchSeverity, SourceDeclaration
from ffi_core.types import Kind
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.prototype_findings import finding, mismatches
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR


def check_declaration(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """Such an entry, if its arguments would arrive wrong."""
    for mismatch in mismatches(facts, entry, MismatchKind.VARIADIC):
        signature = entry.declaration.signature if entry.declaration is not None else None
        prototype = facts.prototypes.get(mismatch.symbol)
        further = signature.parameters[len(prototype.parameters) :] if signature and prototype else ()
        floats = any(type_.kind is Kind.FLOAT for type_ in further)
        if mismatch.severity is MismatchSeverity.ERROR or floats:
            yield finding(call, entry, mismatch)
