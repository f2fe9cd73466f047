"""A number that Porffor passes right only where it is written in the call.

## What it does

Looks at arguments for `f32`, `f64`, `u32`, `i64` and `u64` that are no literals: where the text tells the value, and
it is no whole number of 32 bits with a sign, that is an error. Where the text does not tell the value of an `f32` or
`f64`, it is a hint. Porffor only.

## Why is this bad

Porffor makes an `i32` of every argument but a literal and an address: 0.5 arrives as 0, and 4000000000 as 2147483647.
Nothing is said about it.

## Bad

```js
const { ilogb } = Porffor.dlopen("libm.so.6", {
  ilogb: { parameters: ["f64"], result: "i32" },
});
const half = 0.5;
const exponent = ilogb(half);
console.log(exponent);
```

## Good

```js
const { ilogb } = Porffor.dlopen("libm.so.6", {
  ilogb: { parameters: ["f64"], result: "i32" },
});
const exponent = ilogb(0.5);
console.log(exponent);
```

## Fix

The number is written in the call.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ffi_core.model import CallSite, DlopenCall, Number, Span, Unknown
from ffi_core.types import Kind
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.call_arguments import arguments
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"porffor"})

_READ_AS_IT_IS = re.compile(rb"[-+(\s]*(?:\.?\d[\w.]*(?:[eE][-+]\d+)?|Math\.(?:PI|E|LN2|LN10|SQRT2))[)\s]*")
_WIDE = {"u32", "i64", "u64"}


def check_site(call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Every argument that arrives as another number, and those that may."""
    for type_, value in arguments(call, site):
        is_float = type_.kind is Kind.FLOAT
        if (not is_float and str(type_) not in _WIDE) or _is_literal(call, value.span):
            continue
        if isinstance(value, Number) and not _fits(value.value):
            message = f"Porffor passes {value.value:g} right only where it is written in the call of {site.symbol!r}"
            fix = Fix(f"Write {value.value!r}", (Edit(value.span, repr(value.value)),))
            yield Finding(value.span, message, site.symbol, (fix,))
        elif isinstance(value, Unknown) and is_float:
            message = f"Porffor passes only the whole part of this number to {site.symbol!r}, and only 32 bits of that"
            yield Finding(value.span, message, site.symbol, severity=Severity.HINT)


def _fits(number: float) -> bool:
    return number == int(number) and -(1 << 31) <= number < 1 << 31


def _is_literal(call: DlopenCall, span: Span) -> bool:
    return _READ_AS_IT_IS.fullmatch(call.source, span.start, span.end) is not None
