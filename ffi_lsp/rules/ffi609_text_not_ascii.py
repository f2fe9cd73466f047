"""A text with letters beyond ASCII, which C does not see as such.

## What it does

Finds texts that are passed to a `buffer` and hold characters beyond ASCII. Porffor only.

## Why is this bad

Porffor keeps such a text as UTF-16. C reads bytes, and takes the zero byte in the first letter for the end:
`"hëllo"` arrives as `"h"`.

## Bad

```js
const { puts } = Porffor.dlopen("libc.so.6", {
  puts: { parameters: ["buffer"] },
});
puts("hëllo");
puts("end");
```

## Good

```js
const { puts } = Porffor.dlopen("libc.so.6", {
  puts: { parameters: ["buffer"] },
});
puts("hello");
puts("end");
```

## Fix

None: the bytes have to be written into a typed array.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall, Text
from ffi_core.types import Kind
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import is_porffors
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.WARNING


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every such argument."""
    for site in call.calls if is_porffors(call) else ():
        entry = call.declaration_of(site.symbol)
        signature = entry.declaration.signature if entry is not None and entry.declaration is not None else None
        for type_, argument in zip(signature.parameters if signature else (), site.arguments.items, strict=False):
            if type_.kind is Kind.BUFFER and isinstance(argument, Text) and not argument.value.isascii():
                message = (
                    "C sees only what stands before the first letter's zero byte: Porffor keeps this text as UTF-16"
                )
                yield Finding(argument.span, message, site.symbol)
