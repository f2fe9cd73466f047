"""A function of a library that is closed already.

## What it does

Finds calls that come after `close()`, or koffi's `unload()`, of their library in the same run of statements. A close in
a branch or in another function is not judged.

## Why is this bad

The code is gone from memory. Deno, Bun and koffi jump to where it was and crash; Node throws.

## Bad

```js
const library = Deno.dlopen("libz.so.1", {
  zlibCompileFlags: { parameters: [], result: "usize" },
});
library.close();
console.log(library.symbols.zlibCompileFlags());
```

## Good

```js
const library = Deno.dlopen("libz.so.1", {
  zlibCompileFlags: { parameters: [], result: "usize" },
});
console.log(library.symbols.zlibCompileFlags());
library.close();
```

## Fix

None: where the library is needed last, only the author knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import CallKind, DlopenCall
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every call behind the closing."""
    if call.kind is not CallKind.LIBRARY or not call.late_uses:
        return
    names = {site.callee_span: site.symbol for site in call.calls}
    does = "throws" if call.dialect == "node" else "jumps to where it was, and crashes"
    for use, closing in call.late_uses:
        line = call.source.count(b"\n", 0, closing.start) + 1
        message = f"the library of {names[use]!r} was closed in line {line}; {dialect_of(call).title} {does}"
        yield Finding(use, message, names[use])
