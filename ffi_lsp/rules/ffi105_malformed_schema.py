"""A schema, or an entry of one, that has the wrong shape.

## What it does

Finds a schema that is no object, an entry that is no object, and a list of parameters that is no array; likewise the
definitions of callbacks and function pointers.

## Why is this bad

The runtimes refuse it, most of them without saying which entry they mean; Porffor's compiler crashes.

## Bad

```js
const { toupper } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: "i32", result: "i32" },
});
```

## Good

```js
const { toupper } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
});
```

## Fix

A type that stands alone gets its brackets, where a list was expected: `"i32"` becomes `["i32"]`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.dialects import Dialect
from ffi_core.model import (
    Array,
    CallKind,
    DlopenCall,
    Nothing,
    Object,
    Property,
    SourceDeclaration,
    Span,
    Text,
    Unknown,
    Value,
)
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR

_ONE_FUNCTION = {CallKind.CALLBACK, CallKind.POINTER, CallKind.TYPE}


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Whatever stands in the place of a schema and is neither an object nor unknown."""
    dialect = dialect_of(call)
    if call.kind in _ONE_FUNCTION:
        yield from _judge_definition(call, dialect)
    elif call.schema is None:
        if dialect.needs_schema and call.library is not None and not isinstance(call.library, Unknown):
            yield Finding(
                call.callee_span, "no schema: the second argument says which symbols there are, and their types"
            )
    elif _is_no_schema(call) and not dialect.takes_prototypes:
        yield Finding(call.schema.span, f"a schema is an object from symbol to declaration, not {_kind(call.schema)}")


def check_declaration(call: DlopenCall, _facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """Whatever stands in the place of a declaration or of a list of types, and is neither that nor unknown."""
    dialect = dialect_of(call)
    if isinstance(entry.value, Object):
        found = _judge_list(entry.name, entry.value.get(dialect.parameters))
        if found is not None:
            yield found
    elif not isinstance(entry.value, Unknown):
        shape = f"{{ {dialect.parameters}: [...], {dialect.result}: ... }}"
        message = f"a declaration is an object such as {shape}, not {_kind(entry.value)}"
        yield Finding(entry.value.span, message, entry.name)


def _is_no_schema(call: DlopenCall) -> bool:
    """Whether something stands in the schema's place that is none, nor the declaration of a single function."""
    if isinstance(call.schema, Object | Unknown):
        return False
    return all(entry.value is not call.schema for entry in call.declarations)


def _judge_definition(call: DlopenCall, dialect: Dialect) -> Iterator[Finding]:
    """Bun's callbacks need a definition; Node's do without, and Deno's and koffi's have it in another place."""
    function = call.function
    spread = function is not None and call.source.startswith(b"...", function.start)
    if call.schema is None and call.dialect == "bun" and call.kind is CallKind.CALLBACK and function and not spread:
        message = f"no definition: behind the function stand its types, {{ {dialect.parameters}: [...] }}"
        yield Finding(call.callee_span, message)


def _judge_list(symbol: str, field: Property | None) -> Finding | None:
    if field is None or isinstance(field.value, Array | Unknown):
        return None
    message = f"{field.key!r} is a list of types, not {_kind(field.value)}"
    return Finding(field.value.span, message, symbol, _brackets(field.value))


def _brackets(value: Value) -> tuple[Fix, ...]:
    if not isinstance(value, Text):
        return ()
    start, end = value.span.start, value.span.end
    return (Fix("Put brackets around it", (Edit(Span(start, start), "["), Edit(Span(end, end), "]"))),)


def _kind(value: Value) -> str:
    if isinstance(value, Nothing):
        return "undefined" if value.undefined else "null"
    return {"Array": "an array", "Object": "an object", "Text": "a string", "Boolean": "a boolean"}.get(
        type(value).__name__, "a number"
    )
