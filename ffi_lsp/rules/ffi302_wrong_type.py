"""A type of another class than C's: an integer for a floating point number, a number for an address.

## What it does

Compares each declared type with the prototype in the library's header, and finds those that travel in another
register, or mean something else: integers for floating point numbers, numbers for addresses, an address for a struct
that C takes by value.

## Why is this bad

C reads the value from where its own type lies. The function gets whatever was left in that register, and its
caller reads a result that is none: a silent wrong value, or a crash where an address was meant.

## Bad

```js
const { symbols } = Deno.dlopen("libm.so.6", {
  cos: { parameters: ["i32"], result: "f64" },
});
```

## Good

```js
const { symbols } = Deno.dlopen("libm.so.6", {
  cos: { parameters: ["f64"], result: "f64" },
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
    """Every type of another class than C's."""
    return findings(call, facts, entry, MismatchKind.CLASS)
