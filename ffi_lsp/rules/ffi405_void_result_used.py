"""The result of a function that is declared without one, used as a value.

## What it does

Finds calls of functions with a `void` result whose value is stored, compared or calculated with. That it is returned,
or passed on, is not judged.

## Why is this bad

The value is undefined. Either the declaration lacks the result, or the code waits for something that never comes.

## Bad

```js
import { dlopen } from "bun:ffi";
const { symbols } = dlopen("libc.so.6", {
  getpid: { args: [] },
});
if (symbols.getpid() > 1) console.log("a child");
```

## Good

```js
import { dlopen } from "bun:ffi";
const { symbols } = dlopen("libc.so.6", {
  getpid: { args: [], returns: "int" },
});
if (symbols.getpid() > 1) console.log("a child");
```

## Fix

None: whether the declaration is wrong or the use, only the author knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import CallSite, DlopenCall
from ffi_core.types import Kind
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.call_arguments import declaration_of, signature_of
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.WARNING


def check_site(call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Such a call; one that another thread makes gives a promise."""
    if not site.used:
        return
    declaration, signature = declaration_of(call, site), signature_of(call, site)
    waits = declaration is not None and declaration.nonblocking
    if signature is not None and signature.result.kind is Kind.VOID and not waits:
        yield Finding(site.span, f"{site.symbol!r} is declared without a result; its value is undefined", site.symbol)
