"""A field that a declaration does not have in this dialect.

## What it does

Finds fields of a declaration that the dialect does not know. Each runtime has its own names for the same two:
`parameters` and `result` in Porffor and Deno, `args` and `returns` in Bun, `arguments` and `return` in Node. The
definitions of callbacks and function pointers have the same names as the schemas of their runtime. Deno's `type`, which
reads data, exists nowhere else.

## Why is this bad

The field is not read. Porffor's compiler crashes without `parameters`, and reads no value without `result`;
Bun and Node silently make a function without arguments and without a result.

## Bad

```js
const { toupper } = Porffor.dlopen("libc.so.6", {
  toupper: { args: ["i32"], result: "i32" },
});
```

## Good

```js
const { toupper } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
});
```

## Fix

The field gets the name that it has in this dialect.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from ffi_core.model import CallKind, DlopenCall, Object, Property, SourceDeclaration
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.edits import key_edit
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of, right_field

SEVERITY = Severity.ERROR

_ONE_FUNCTION = {CallKind.CALLBACK, CallKind.POINTER, CallKind.TYPE}


def check_declaration(call: DlopenCall, _facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """Every field that the dialect does not know."""
    if isinstance(entry.value, Object):
        known = dialect_of(call).fields
        for field in entry.value:
            if field.key not in known:
                yield _judge(call, entry.name, entry.value, field)


def _judge(call: DlopenCall, symbol: str, entry: Object, field: Property) -> Finding:
    dialect = dialect_of(call)
    unknown = f"{dialect.title} has no field {field.key!r}"
    if field.key == "type" and call.kind not in _ONE_FUNCTION:
        return Finding(field.key_span, f"{unknown}: it reads no data of a library as Deno's statics do", symbol)
    elsewhere = right_field(dialect, field.key)
    right = elsewhere or next(iter(difflib.get_close_matches(field.key, dialect.fields, n=1, cutoff=0.6)), None)
    if right is None:
        return Finding(field.key_span, f"{unknown}; a declaration has {', '.join(dialect.fields)}", symbol)
    if entry.get(right) is not None:
        return Finding(field.key_span, f"{unknown}, and {right!r} is given already", symbol)
    shorthand = field.span == field.key_span
    edit = Edit(field.key_span, f"{right}: {field.key}") if shorthand else key_edit(call, field.key_span, right)
    hint = f"here it is called {right!r}" if elsewhere else f"did you mean {right!r}?"
    return Finding(field.key_span, f"{unknown}; {hint}", symbol, (Fix(f"Rename to {right!r}", (edit,)),))
