"""A result that Porffor reads as something else.

## What it does

Finds results of a type other than `i32`, `i16`, `i8` and `bool`. Porffor only.

## Why is this bad

Porffor looks only whether there is a `result`, and then reads a signed 32-bit integer, whatever the type
says: a pointer and a 64-bit number lose their upper half, an unsigned number from 2^31 on is negative, a
floating point number is whatever the integer register holds.

## Bad

```js
const { cbrt } = Porffor.dlopen("libm.so.6", {
  cbrt: { parameters: ["f64"], result: "f64" },
});
const root = cbrt(27.0);
console.log(root);
```

## Good

```js
const { ilogb } = Porffor.dlopen("libm.so.6", {
  ilogb: { parameters: ["f64"], result: "i32" },
});
const exponent = ilogb(27.0);
console.log(exponent);
```

## Fix

Where the result is `void`, the field is taken away: without the field no value is read. For the others there is
none: pass a buffer for the function to write into, or choose one that gives an `i32`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall, Object, SourceDeclaration, Text
from ffi_lsp.diagnostic import Fix, Severity
from ffi_lsp.rules.edits import field_removal
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import is_written_inside
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of, symbol_of

SEVERITY = Severity.WARNING
DIALECTS = frozenset({"porffor"})

_WHOLE_WORD = "an address loses its upper half"
_CONSEQUENCES = {
    "u8": "from 128 on it may be negative",
    "u16": "from 32768 on it may be negative",
    "u32": "from 2147483648 on it is negative",
    "i64": "the upper half is lost",
    "u64": "the upper half is lost",
    "isize": "the upper half is lost",
    "usize": "the upper half is lost",
    "f32": "the number is not in the register that is read",
    "f64": "the number is not in the register that is read",
    "pointer": _WHOLE_WORD,
    "buffer": _WHOLE_WORD,
    "function": _WHOLE_WORD,
    "void": "a function without a result has no field 'result'",
}


def check_declaration(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """A result that is read wrong, but for symbols that are no functions in the first place."""
    if not isinstance(entry.value, Object):
        return
    result = entry.value.get(dialect_of(call).result)
    word = result.value.value if result is not None and isinstance(result.value, Text) else None
    if result is None or word not in _CONSEQUENCES or _is_data(facts, symbol_of(call, entry)):
        return
    message = f"Porffor reads every result as a signed 32-bit integer: {_CONSEQUENCES[word]}"
    removable = word == "void" and is_written_inside(call, result.span)
    fixes = (Fix("Remove the field", (field_removal(call, result),)),) if removable else ()
    yield Finding(result.value.span, message, entry.name, fixes)


def _is_data(facts: LibraryFacts, symbol: str | None) -> bool:
    found = facts.find(symbol) if symbol is not None else None
    return found is not None and not found[0].callable
