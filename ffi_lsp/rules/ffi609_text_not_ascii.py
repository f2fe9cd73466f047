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

from ffi_core.model import CallSite, DlopenCall, Text
from ffi_core.types import Kind
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.call_arguments import declaration_of
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.WARNING
DIALECTS = frozenset({"porffor"})


def check_site(call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Every such argument."""
    declaration = declaration_of(call, site)
    if declaration is None or declaration.signature is None:
        return
    for type_, argument in zip(declaration.signature.parameters, site.arguments.items, strict=False):
        if type_.kind is Kind.BUFFER and isinstance(argument, Text) and not argument.value.isascii():
            message = "C sees only what stands before the first letter's zero byte: Porffor keeps this text as UTF-16"
            yield Finding(argument.span, message, site.symbol)
