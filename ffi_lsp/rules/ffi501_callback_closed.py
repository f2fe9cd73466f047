"""A callback that is closed when C is to call it.

## What it does

Finds callbacks that are given to C after `close()` in the same run of statements. A close in a branch or in another
function is not judged.

## Why is this bad

Closing gives the code back that C would jump to. Deno crashes, Bun has no address left and throws, Node's callback
answers 0 without a word, koffi complains and goes on.

## Bad

```js
const library = Deno.dlopen("libc.so.6", {
  qsort: { parameters: ["buffer", "usize", "usize", "function"], result: "void" },
});
const compare = new Deno.UnsafeCallback({ parameters: ["pointer", "pointer"], result: "i32" }, () => 0);
compare.close();
library.symbols.qsort(new Int32Array([2, 1]), 2n, 4n, compare.pointer);
```

## Good

```js
const library = Deno.dlopen("libc.so.6", {
  qsort: { parameters: ["buffer", "usize", "usize", "function"], result: "void" },
});
const compare = new Deno.UnsafeCallback({ parameters: ["pointer", "pointer"], result: "i32" }, () => 0);
library.symbols.qsort(new Int32Array([2, 1]), 2n, 4n, compare.pointer);
compare.close();
```

## Fix

None: when C is done with a callback, only the author knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import CallKind, DlopenCall
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR

_DOES = {"deno": "crashes", "bun": "throws", "node": "answers 0 in its place", "koffi": "does not call it"}


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every use behind the closing."""
    if call.kind is CallKind.CALLBACK:
        title, does = dialect_of(call).title, _DOES.get(call.dialect, "cannot call it")
        for use, closing in call.late_uses:
            line = call.source.count(b"\n", 0, closing.start) + 1
            yield Finding(use, f"this callback was closed in line {line}; {title} {does}")
