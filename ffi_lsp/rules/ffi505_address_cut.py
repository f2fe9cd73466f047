"""An address of 64 bits that loses some of them, or gets a sign.

## What it does

Finds numbers that are put together from two halves (`low + high * 2 ** 32`, `(high << 32n) | low`) whose lower half
is read as signed, from an `Int32Array` or by `getInt32`; numbers that are shifted with `<< 32`, which shifts nothing;
and addresses that are cut to 32 bits (`address | 0`) as they are passed to C. In Porffor the elements of a
`Uint32Array` are signed as well, and `>>> 0` does not change that.

## Why is this bad

The lower half of an address has its highest bit set in half of all runs, by chance. In those the sum is too small by
4 GiB, and C crashes at the first use.

## Bad

```js
import { dlopen } from "bun:ffi";
const { symbols } = dlopen("libc.so.6", {
  strtol: { args: ["cstring", "ptr", "int"], returns: "i64" },
  strlen: { args: ["ptr"], returns: "u64" },
});
const end = new Int32Array(2);
symbols.strtol("12 apples", end, 10);
console.log(symbols.strlen(end[0] + end[1] * 2 ** 32));
```

## Good

```js
import { dlopen } from "bun:ffi";
const { symbols } = dlopen("libc.so.6", {
  strtol: { args: ["cstring", "ptr", "int"], returns: "i64" },
  strlen: { args: ["ptr"], returns: "u64" },
});
const end = new Uint32Array(2);
symbols.strtol("12 apples", end, 10);
console.log(symbols.strlen(end[0] + end[1] * 2 ** 32));
```

## Fix

The lower half is made unsigned: `>>> 0` behind it, `getUint32` for `getInt32`, in Porffor a comparison with 0; and
`* 2 ** 32` stands for the shift. Where an address is cut, the cut is to be taken away by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ffi_core.model import CallSite, DlopenCall, Halves, OriginKind, Span
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import is_porffors
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR

_UNSIGNED = re.compile(r"\s*>>>\s*0\s*\Z")
_SIGNED_READ = re.compile(rb"\bgetInt32\b")


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every number of the file that is put together wrong."""
    for halves in call.halves:
        if halves.high is not None:
            message = "`<< 32` shifts a number by nothing, so this is no number of 64 bits"
        else:
            reads = "as Porffor reads it, so is" if is_porffors(call) else "so is"
            message = (
                f"the lower half, read from {halves.source}, may be negative; {reads} the sum too small by 2 ** 32 then"
            )
        yield Finding(halves.span, message, None, _fixes(call, halves))


def check_site(_call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Every address that the function gets cut."""
    for origin, value in zip(site.origins, site.arguments.items, strict=False):
        if origin is not None and origin.kind is OriginKind.CUT:
            message = f"this cuts the address that {site.symbol!r} gets to 32 bits"
            yield Finding(value.span, message, site.symbol)


def _fixes(call: DlopenCall, halves: Halves) -> tuple[Fix, ...]:
    low = _text(call, halves.low)
    if low is None:
        return ()
    if halves.high is not None:
        high = _text(call, halves.high)
        edit = Edit(halves.span, f"({high} * 2 ** 32 + ({low} >>> 0))")
        return (Fix("Multiply by 2 ** 32", (edit,)),) if high is not None and not is_porffors(call) else ()
    if is_porffors(call):
        low = _UNSIGNED.sub("", low)
        edit = Edit(halves.low, f"({low} < 0 ? {low} + 4294967296 : {low})")
        return (Fix("Add what the sign took away", (edit,)),)
    read = _SIGNED_READ.search(call.source, halves.low.start, halves.low.end)
    if read is not None:
        return (Fix("Read it with getUint32", (Edit(Span(read.start(), read.end()), "getUint32"),)),)
    return (Fix("Make the lower half unsigned", (Edit(halves.low, f"({low} >>> 0)"),)),)


def _text(call: DlopenCall, span: Span) -> str | None:
    """The text of a half; None where it is no UTF-8."""
    try:
        return call.source[span.start : span.end].decode()
    except UnicodeDecodeError:
        return None
