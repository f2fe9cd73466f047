"""A number that does not fit into its parameter's type, or has a fraction where whole numbers are taken.

## What it does

Looks at arguments whose value stands in the text: too large or too small for the declared integer type, or with a
fraction. Where a runtime passes the lowest bits on, a value that has the same bits under the other sign is right:
`0xffffffff` for an `i32`, `-1` for a `u64`.

## Why is this bad

Node throws. Deno throws for most types, until the calling line is compiled; then it passes the lowest bits without a
word. Bun, koffi and Porffor always do that, and all but Node and Deno cut fractions off.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
});
symbols.toupper(97.5);
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
});
symbols.toupper(97);
```

## Fix

None: which number was meant, only the author knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import BigInt, CallSite, DlopenCall, Number
from ffi_core.types import Kind, NativeType
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.call_arguments import arguments
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR

_NUMBERS = (Number, BigInt)
_ON_OVERFLOW = {"node": "throws", "deno": "throws, or passes another number"}


def check_site(call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Every such argument; one of a wrong kind altogether is FFI403's."""
    for type_, value in arguments(call, site):
        if not isinstance(value, _NUMBERS) or not isinstance(type_, NativeType):
            continue
        if not _is_judged(call, type_, value):
            continue
        number, title = value.value, dialect_of(call).title
        if isinstance(number, float) and not number.is_integer():
            does = "throws" if call.dialect == "node" or _is_checked_by_deno(call, type_) else "cuts the fraction off"
            message = f"{number:g} is no whole number, but {site.symbol!r} takes {type_}; {title} {does}"
            yield Finding(value.span, message, site.symbol)
        elif not _fits(call, type_, int(number), is_number=isinstance(value, Number)):
            is_integer = type_.kind is Kind.INTEGER
            ends = f"{type_.minimum} to {type_.maximum}" if is_integer else "an address of 64 bits"
            does = _ON_OVERFLOW.get(call.dialect, "passes another number")
            message = f"{number} does not fit into {type_} ({ends}) of {site.symbol!r}; {title} {does}"
            yield Finding(value.span, message, site.symbol)


def _is_judged(call: DlopenCall, type_: NativeType, value: Number | BigInt) -> bool:
    """Whether the runtime takes such a value for the type at all; Node checks addresses as well."""
    if isinstance(value, BigInt) and call.dialect == "node":
        return type_.size == 8 and type_.kind is not Kind.FLOAT
    refuses = call.dialect == "deno" and isinstance(value, BigInt) and type_.size < 8
    return type_.kind is Kind.INTEGER and not refuses


def _fits(call: DlopenCall, type_: NativeType, number: int, *, is_number: bool) -> bool:
    least, most = -(1 << (type_.size * 8 - 1)), (1 << (type_.size * 8)) - 1
    if call.dialect == "node" and type_.kind is not Kind.INTEGER:
        least = 0
    elif call.dialect == "node":
        least, most = type_.minimum, type_.maximum
    elif call.dialect == "deno":
        if type_.size == 4:
            least, most = type_.minimum, type_.maximum
        elif type_.size < 4:
            least = type_.minimum
        elif is_number and type_.signed:
            most = type_.maximum  # what is larger becomes the largest
    return least <= number <= most


def _is_checked_by_deno(call: DlopenCall, type_: NativeType) -> bool:
    return call.dialect == "deno" and type_.size <= 4
