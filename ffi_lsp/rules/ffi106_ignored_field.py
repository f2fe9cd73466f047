"""A field that the runtime does not look at.

## What it does

Finds `name`, `optional` and `nonblocking` where the dialect ignores them. They are Deno's: there, `name` looks up
another symbol than the key, `optional` allows the symbol to be missing, and `nonblocking` makes the call run on
another thread.

## Why is this bad

The program looks as if it had what it asked for. With `name` ignored, the key is looked up instead: Porffor
crashes at the call, Bun and Node throw. With `nonblocking` ignored, the call blocks, and gives a number where a
promise was expected.

## Bad

```js
const { pid } = Porffor.dlopen("libc.so.6", {
  pid: { parameters: [], result: "i32", name: "getpid" },
});
```

## Good

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
```

## Fix

None: whether the program can do without is for its author to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import Boolean, DlopenCall, Object, SourceDeclaration, Text
from ffi_lsp.diagnostic import Severity, Tag
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.WARNING
TAGS = (Tag.UNNECESSARY,)

_CONSEQUENCES = {
    "name": "{key!r} itself is looked up",
    "optional": "a missing symbol is an error",
    "nonblocking": "the call blocks, and gives its result itself",
}


def check_declaration(call: DlopenCall, _facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """Every ignored field that asks for something; ``nonblocking: false`` asks for nothing."""
    dialect = dialect_of(call)
    for field in entry.value if isinstance(entry.value, Object) and dialect.ignored else ():
        asks = field.value.value if isinstance(field.value, Boolean | Text) else None
        if field.key in dialect.ignored and asks and asks != entry.name:
            consequence = _CONSEQUENCES[field.key].format(key=entry.name)
            yield Finding(field.key_span, f"{dialect.title} ignores {field.key!r}: {consequence}", entry.name)
