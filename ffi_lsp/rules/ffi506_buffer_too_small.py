"""Memory that is smaller than the value that C reads or writes there.

## What it does

Finds typed arrays and buffers of known size, or their addresses, as arguments where C's prototype has the address of
something larger: four bytes for `char **`, where C puts an address of eight, or for `double *`. Memory of size zero,
structs and `void *` are not judged.

## Why is this bad

C writes over what lies behind the array: another value of the program, or the records of the memory's owner. Mostly the
program goes on for a while, and crashes somewhere else.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  strtod: { parameters: ["buffer", "buffer"], result: "f64" },
});
const end = new Uint32Array(1);
const number = symbols.strtod(new TextEncoder().encode("1.5 metres\\0"), end);
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  strtod: { parameters: ["buffer", "buffer"], result: "f64" },
});
const end = new BigUint64Array(1);
const number = symbols.strtod(new TextEncoder().encode("1.5 metres\\0"), end);
```

## Fix

Where the array is made with a number of elements, it gets as many as are needed. Not a safe fix: what reads the array
has to follow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ffi_core.c_types import spell
from ffi_core.model import CallSite, DlopenCall, Origin, Span
from ffi_core.source.origin import ELEMENT_SIZES
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.pointees import memory_passed, size_behind
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR

_COUNT = re.compile(rb"\(\s*(\d+)\s*\)[\s)]*\Z")


def check_site(call: DlopenCall, facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Every argument that is too small."""
    if facts.abi is None:
        return
    for passed in memory_passed(call, facts, site):
        size, needed = passed.origin.size, size_behind(passed.type, facts.abi)
        if not size or needed is None or size >= needed:
            continue
        there = f"{size} byte{'' if size == 1 else 's'}"
        message = (
            f"{there} of memory, but behind {spell(passed.type)} of {site.symbol!r} C has {needed}; "
            f"C has `{passed.prototype}`"
        )
        fixes = _fixes(call, passed.origin, needed)
        yield Finding(passed.value.span, message, site.symbol, fixes)


def _fixes(call: DlopenCall, origin: Origin, needed: int) -> tuple[Fix, ...]:
    unit = ELEMENT_SIZES.get(origin.maker, 1)
    count = _COUNT.search(call.source, origin.span.start, origin.span.end)
    if count is None:
        return ()
    enough = -(-needed // unit)
    edit = Edit(Span(count.start(1), count.end(1)), str(enough))
    return (Fix(f"Make it {enough} elements of {unit} byte{'' if unit == 1 else 's'}", (edit,), safe=False),)
