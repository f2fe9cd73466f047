"""An array, where Porffor passes what describes it instead of what is in it.

## What it does

Finds typed arrays and arrays as arguments of a parameter of type `buffer` or `pointer`, and an `ArrayBuffer` for a
`pointer`. Porffor only.

## Why is this bad

A typed array is a header in Porffor's memory, which says where the bytes are; C gets the address of the header, reads
other numbers than the program wrote, and writes over the header. A `pointer` is passed as it is: as a place in
Porffor's memory, which is no address at all.

## Bad

```js
const { tolower_first } = Porffor.dlopen("./libletters.so", {
  tolower_first: { parameters: ["buffer"], result: "i32" },
});
const letters = new Uint8Array([65, 66]);
const first = tolower_first(letters);
console.log(first);
```

```c
#include <ctype.h>
int tolower_first(const unsigned char *letters) { return tolower(letters[0]); }
```

## Good

```js
const { tolower_first } = Porffor.dlopen("./libletters.so", {
  tolower_first: { parameters: ["buffer"], result: "i32" },
});
const letters = new Uint8Array([65, 66]);
const first = tolower_first(letters.buffer);
console.log(first);
```

```c
#include <ctype.h>
int tolower_first(const unsigned char *letters) { return tolower(letters[0]); }
```

## Fix

For a `buffer` the array's own `buffer` is passed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import Array, CallSite, DlopenCall, OriginKind, Span, Value
from ffi_core.source.origin import ELEMENT_SIZES
from ffi_core.types import Kind
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.call_arguments import arguments
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"porffor"})

_ADDRESSES = (Kind.BUFFER, Kind.POINTER)


def check_site(call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Every such argument."""
    for index, (type_, value) in enumerate(arguments(call, site)):
        what = _what(site, index, value) if type_.kind in _ADDRESSES else None
        if what is None or (what == "ArrayBuffer" and type_.kind is Kind.BUFFER):
            continue
        if type_.kind is Kind.POINTER:
            message = f"Porffor passes the place of this {what} in its memory, which is no address, to {site.symbol!r}"
            yield Finding(value.span, message, site.symbol)
        else:
            message = f"Porffor passes what describes this {what}, and not what is in it, to {site.symbol!r}"
            yield Finding(value.span, message, site.symbol, _fixes(value, what))


def _what(site: CallSite, index: int, value: Value) -> str | None:
    if isinstance(value, Array):
        return "array"
    origin = site.origins[index] if index < len(site.origins) else None
    known = origin is not None and origin.kind is OriginKind.MEMORY
    return (
        origin.maker if known and origin and (origin.maker in ELEMENT_SIZES or origin.maker == "ArrayBuffer") else None
    )


def _fixes(value: Value, what: str) -> tuple[Fix, ...]:
    if what not in ELEMENT_SIZES:
        return ()
    return (Fix("Pass its 'buffer'", (Edit(Span(value.span.end, value.span.end), ".buffer"),)),)
