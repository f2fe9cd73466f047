"""A struct where the runtime takes none, or one without fields.

## What it does

Finds `{ struct: [...] }` in Bun and Node, which pass no structs by value (of Porffor, FFI605 speaks); in Deno a struct
without fields, and one as the type of a static; in koffi a `struct` or `union` without members.

## Why is this bad

The runtimes throw when the library is opened, or the type defined.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  toupper: { parameters: [{ struct: [] }], result: "i32" },
});
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  toupper: { parameters: [{ struct: ["i32"] }], result: "i32" },
});
```

## Fix

None. Where a runtime passes no structs, a small function in C that takes a pointer is the usual way out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import Array, DlopenCall, Object, SourceDeclaration, Value
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import is_porffors
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of, parameter_types, struct_of

SEVERITY = Severity.ERROR


def check_declaration(call: DlopenCall, _facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """Every such struct; of one inside another, the outer one where the runtime takes none at all."""
    dialect, value = dialect_of(call), entry.value
    if is_porffors(call) or not isinstance(value, Object):
        return
    field = value.get("type") if "type" in dialect.fields else None
    if field is not None and call.dialect == "deno" and struct_of(field.value) is not None:
        yield Finding(field.value.span, "Deno reads no struct as a static; declare it as a 'pointer'", entry.name)
        return
    result = value.get(dialect.result)
    words = [*parameter_types(dialect, value), *[found.value for found in (result, field) if found is not None]]
    for struct in words:
        if struct_of(struct) is None:
            continue
        if not dialect.has_structs:
            message = f"{dialect.title} passes no structs by value; let C take a pointer to it, or its fields"
            yield Finding(struct.span, message, entry.name)
        else:
            for empty in _empty(struct):
                yield Finding(empty.span, f"a struct has at least one field in {dialect.title}", entry.name)


def _empty(word: Value) -> Iterator[Object]:
    field = struct_of(word)
    if field is None or not isinstance(word, Object) or not isinstance(field.value, Array):
        return
    if not field.value.items and field.value.complete:
        yield word
    for inner in field.value.items:
        yield from _empty(inner)
