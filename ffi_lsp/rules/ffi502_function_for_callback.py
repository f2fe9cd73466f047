"""A JavaScript function where C wants the address of one.

## What it does

Finds functions, and in Deno the objects that hold callbacks, as arguments of a parameter that takes an address. koffi
makes callbacks of functions itself and is not judged.

## Why is this bad

C cannot call a function of JavaScript: it needs the address of code that does. Deno, Bun and Node throw. Porffor has no
callbacks, and passes what is no address.

## Bad

```js
const library = Deno.dlopen("libc.so.6", {
  qsort: { parameters: ["buffer", "usize", "usize", "function"], result: "void" },
});
const compare = new Deno.UnsafeCallback({ parameters: ["pointer", "pointer"], result: "i32" }, () => 0);
library.symbols.qsort(new Int32Array([2, 1]), 2n, 4n, compare);
```

## Good

```js
const library = Deno.dlopen("libc.so.6", {
  qsort: { parameters: ["buffer", "usize", "usize", "function"], result: "void" },
});
const compare = new Deno.UnsafeCallback({ parameters: ["pointer", "pointer"], result: "i32" }, () => 0);
library.symbols.qsort(new Int32Array([2, 1]), 2n, 4n, compare.pointer);
```

## Fix

Where an object of `Deno.UnsafeCallback` is passed, its `pointer` is. Of a plain function a callback has to be made by
hand, with C's types.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import CallSite, DlopenCall, OriginKind, Span
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR

_INSTEAD = {
    "deno": "Deno throws; pass the pointer of a Deno.UnsafeCallback",
    "bun": "Bun throws; pass a JSCallback",
    "node": "Node throws; pass what the library's registerCallback gives",
    "porffor": "Porffor has no callbacks",
}


def check_site(call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Every such argument."""
    instead = _INSTEAD.get(call.dialect)
    for origin, value in zip(site.origins, site.arguments.items, strict=False) if instead is not None else ():
        if origin is not None and origin.kind is OriginKind.FUNCTION:
            message = f"a JavaScript function, where {site.symbol!r} takes an address; {instead}"
            yield Finding(value.span, message, site.symbol)
        elif origin is not None and origin.kind is OriginKind.CALLBACK and call.dialect == "deno":
            message = f"{site.symbol!r} takes the address of the callback, which is its 'pointer'; Deno throws"
            edit = Edit(Span(value.span.end, value.span.end), ".pointer")
            yield Finding(value.span, message, site.symbol, (Fix("Pass its 'pointer'", (edit,)),))
