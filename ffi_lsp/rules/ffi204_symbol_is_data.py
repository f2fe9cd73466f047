"""A symbol that is declared as a function, but is data.

## What it does

Finds declared functions whose symbol is a variable in the library, such as `sqlite3_version`, a text, where
the function is `sqlite3_libversion`.

## Why is this bad

A call would run the bytes of the variable as if they were instructions; the program crashes.

## Bad

```c
const char tool_version[] = "1.2";
const char *tool_get_version(void) { return tool_version; }
```

```js
const { tool_version } = Porffor.dlopen("./libtool.so", {
  tool_version: { parameters: [] },
});
```

## Good

```c
const char tool_version[] = "1.2";
int tool_get_version(void) { return 12; }
```

```js
const { tool_get_version } = Porffor.dlopen("./libtool.so", {
  tool_get_version: { parameters: [], result: "i32" },
});
```

## Fix

None: which function gives the value, only the library's documentation tells.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall, SourceDeclaration
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import is_static, symbol_of, symbol_span

SEVERITY = Severity.ERROR


def check_declaration(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """A function's entry, if its symbol is data."""
    symbol = symbol_of(call, entry)
    found = facts.find(symbol) if symbol is not None else None
    if found is not None and not found[0].callable and not is_static(call, entry):
        size = f" of {found[0].size} bytes" if found[0].size else ""
        message = f"{symbol!r} is data{size} in {facts.title}, not a function; a call would crash"
        yield Finding(symbol_span(call, entry), message, entry.name)
