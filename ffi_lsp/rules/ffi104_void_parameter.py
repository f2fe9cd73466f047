"""A parameter of type `void`.

## What it does

Finds `void` among the parameters of a declaration, or among the fields of a struct. It is the type of no
value, and so only a result can have it. C's `f(void)` is a function with an empty list of parameters.

## Why is this bad

Porffor makes C text that does not compile. Deno opens the library, and its process dies at the first call;
Bun and Node throw.

## Bad

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: ["void"], result: "i32" },
});
```

## Good

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
```

## Fix

A `void` that stands alone is taken away.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import Array, DlopenCall, Object, Property, SourceDeclaration, Text, Value
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of, parameter_types, struct_of

SEVERITY = Severity.ERROR


def check_declaration(call: DlopenCall, _facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """Every ``void`` in the place of a value."""
    dialect, value = dialect_of(call), entry.value
    if not isinstance(value, Object):
        return
    for word in parameter_types(dialect, value):
        if _is_void(word):
            fixes = _fixes(value.get(dialect.parameters), word)
            message = "'void' is no type for a parameter; a function without parameters has []"
            yield Finding(word.span, message, entry.name, fixes)
        for inner in _void_fields(word):
            yield Finding(inner.span, "'void' is no type for the field of a struct", entry.name)


def _is_void(word: Value) -> bool:
    return isinstance(word, Text) and word.value == "void"


def _void_fields(word: Value) -> Iterator[Value]:
    struct = struct_of(word)
    if struct is not None and isinstance(struct.value, Array):
        for inner in struct.value.items:
            if _is_void(inner):
                yield inner
            yield from _void_fields(inner)


def _fixes(parameters: Property | None, word: Value) -> tuple[Fix, ...]:
    if parameters is None or not isinstance(parameters.value, Array) or len(parameters.value.items) != 1:
        return ()
    return (Fix("Remove 'void'", (Edit(word.span, ""),)),)
