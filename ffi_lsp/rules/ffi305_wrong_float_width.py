"""A `float` declared as a `double`, or a `double` as a `float`.

## What it does

Compares the width of each declared floating point type with the prototype in the library's header. Behind the `...` of
a variadic function C takes no `float` at all, but its value as a `double`.

## Why is this bad

Both travel in the same register, in different forms: `cosf(1)` called with a double computes `cosf(0)`.

## Bad

```js
const { symbols } = Deno.dlopen("libm.so.6", {
  cosf: { parameters: ["f64"], result: "f32" },
});
```

## Good

```js
const { symbols } = Deno.dlopen("libm.so.6", {
  cosf: { parameters: ["f32"], result: "f32" },
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
    """Every floating point type of the other width."""
    return findings(call, facts, entry, MismatchKind.FLOAT_WIDTH)
