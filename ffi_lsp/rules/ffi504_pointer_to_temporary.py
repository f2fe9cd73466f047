"""An address of memory that nothing holds.

## What it does

Finds `ptr(new Uint8Array(8))`, `Deno.UnsafePointer.of(...)`, `getRawPointer(...)` and `koffi.address(...)` of memory
that is made right there, if the address is kept in a variable and given to C. An address that is passed in the same
expression is not judged.

## Why is this bad

The garbage collector does not know that the number is an address. It takes the memory back at any time, and C reads or
writes what others have put there since.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  time: { parameters: ["pointer"], result: "i64" },
});
const now = Deno.UnsafePointer.of(new BigInt64Array(1));
symbols.time(now);
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  time: { parameters: ["pointer"], result: "i64" },
});
const seconds = new BigInt64Array(1);
symbols.time(Deno.UnsafePointer.of(seconds));
console.log(seconds[0]);
```

## Fix

None: a variable has to hold the memory as long as C uses it, and only the author knows how long that is.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall, OriginKind
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every such address that C is given, once, where it is taken."""
    seen = set()
    for site in call.calls:
        for origin in site.origins:
            if origin is None or origin.kind is not OriginKind.ADDRESS or origin.held or not origin.by_name:
                continue
            if origin.span not in seen:
                seen.add(origin.span)
                message = (
                    f"nothing holds the memory that this is the address of ({origin.maker}); it may be gone when "
                    f"{site.symbol!r} gets the address"
                )
                yield Finding(origin.span, message, site.symbol)
