"""null, where Porffor passes an address for it.

## What it does

Finds `null` and `undefined` as arguments of a parameter of type `buffer`. Porffor only.

## Why is this bad

Porffor takes a `buffer` for a place in its own memory, and `null` for the first one: C gets the address of the start of
that memory, which is not NULL, and reads or writes there. A `pointer` is passed as it is.

## Bad

```js
const { is_nobody } = Porffor.dlopen("./libguests.so", {
  is_nobody: { parameters: ["buffer"], result: "i32" },
});
const nobody = is_nobody(null);
console.log(nobody);
```

```c
int is_nobody(const char *guest) { return guest == 0; }
```

## Good

```js
const { is_nobody } = Porffor.dlopen("./libguests.so", {
  is_nobody: { parameters: ["pointer"], result: "i32" },
});
const nobody = is_nobody(null);
console.log(nobody);
```

```c
int is_nobody(const char *guest) { return guest == 0; }
```

## Fix

The parameter is declared as `pointer`. That is a safe fix where every call passes `null` there.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import Array, CallSite, DlopenCall, Nothing, Text
from ffi_core.types import Kind
from ffi_lsp.diagnostic import Fix, Severity
from ffi_lsp.rules.call_arguments import arguments
from ffi_lsp.rules.edits import text_edit
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import is_plain_string
from ffi_lsp.rules.prototype_findings import field_of
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"porffor"})


def check_site(call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Every such argument."""
    for index, (type_, value) in enumerate(arguments(call, site)):
        if type_.kind is Kind.BUFFER and isinstance(value, Nothing):
            message = (
                f"for a parameter of type buffer of {site.symbol!r} Porffor passes an address of its own, not NULL"
            )
            yield Finding(value.span, message, site.symbol, _fixes(call, site, index))


def _fixes(call: DlopenCall, site: CallSite, index: int) -> tuple[Fix, ...]:
    entry = call.declaration_of(site.symbol)
    field = field_of(entry, dialect_of(call).parameters) if entry is not None else None
    words = field.value.items if field is not None and isinstance(field.value, Array) else ()
    if index >= len(words) or not isinstance(words[index], Text) or not is_plain_string(call, words[index].span):
        return ()
    same = [other.arguments.items for other in call.calls if other.symbol == site.symbol]
    safe = all(len(items) > index and isinstance(items[index], Nothing) for items in same)
    return (Fix("Declare it as 'pointer'", (text_edit(call, words[index].span, "pointer"),), safe),)
