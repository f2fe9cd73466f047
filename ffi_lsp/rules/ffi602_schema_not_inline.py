"""A part of a schema that Porffor's compiler cannot read.

## What it does

Finds schemas, entries, lists of parameters and types of parameters that stand elsewhere, are computed or
spread, and schemas with `as const` or `satisfies` behind them. Porffor only.

## Why is this bad

Porffor reads the schema from the text of the call while it compiles. It crashes on a name where it wants an
object or a list, and declares a function without that parameter where a type is no plain string, which the C
compiler then refuses.

## Bad

```js
const schema = { getpid: { parameters: [], result: "i32" } };
const { getpid } = Porffor.dlopen("libc.so.6", schema);
const pid = getpid();
console.log(pid > 0);
```

## Good

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
const pid = getpid();
console.log(pid > 0);
```

## Fix

Where the text tells a type it is put in place, and `as const` is taken away. A schema has to be moved by
hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ffi_core.model import Array, DlopenCall, Object, SourceDeclaration, Span, Text, Unknown, Value
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.edits import string_literal
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import is_plain_string, is_written_inside
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of, parameter_types

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"porffor"})

_ASSERTION = re.compile(rb"\s+(?:as|satisfies)\b[^,()]*")


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """The schema, if it is not written out in the call, and what hides entries of it."""
    if call.schema is None:
        return
    if not isinstance(call.schema, Object | Unknown):
        return  # FFI105's business
    if not isinstance(call.schema, Object) or not is_written_inside(call, call.schema.span):
        place = call.schema.span if is_written_inside(call, call.schema.span) else call.callee_span
        yield Finding(place, "Porffor reads a schema only where it is written out in the call")
        return
    yield from _assertion(call, call.schema.span)
    if not _is_whole(call, call.schema):
        message = "Porffor reads no spread and no computed key; write the entries out"
        yield Finding(Span(call.schema.span.start, call.schema.span.start + 1), message)


def check_declaration(call: DlopenCall, _facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """Every part of an entry of the call that is not written out there."""
    value = entry.value
    if not is_written_inside(call, entry.name_span):
        return
    if isinstance(value, Unknown) or (isinstance(value, Object) and not is_written_inside(call, value.span)):
        yield Finding(entry.name_span, "Porffor reads a declaration only where it is written out", entry.name)
        return
    if not isinstance(value, Object):
        return  # FFI105's business
    found = value.get(dialect_of(call).parameters)
    if found is not None and _is_list_from_elsewhere(call, found.value):
        message = "Porffor reads a list of parameters only where it is written out"
        yield Finding(found.key_span, message, entry.name)
        return
    for word in parameter_types(dialect_of(call), value):
        if isinstance(word, Text | Unknown) and not is_plain_string(call, word.span):
            yield _type(word, entry.name)


def _is_whole(call: DlopenCall, schema: Object) -> bool:
    return schema.complete and all(is_written_inside(call, entry.key_span) for entry in schema)


def _is_list_from_elsewhere(call: DlopenCall, value: Value) -> bool:
    return isinstance(value, Unknown) or (isinstance(value, Array) and not is_written_inside(call, value.span))


def _assertion(call: DlopenCall, schema: Span) -> Iterator[Finding]:
    match = _ASSERTION.match(call.source, schema.end, call.span.end)
    if match is not None:
        span = Span(match.start(), match.end())
        message = "Porffor's compiler crashes on a schema with a type assertion behind it"
        yield Finding(span, message, None, (Fix("Remove it", (Edit(span, ""),)),))


def _type(word: Text | Unknown, symbol: str) -> Finding:
    literal = string_literal(word.value) if isinstance(word, Text) else None
    fixes = (Fix(f"Write {literal}", (Edit(word.span, literal),)),) if literal else ()
    return Finding(word.span, "Porffor takes a type from a string in plain quotes alone", symbol, fixes)
