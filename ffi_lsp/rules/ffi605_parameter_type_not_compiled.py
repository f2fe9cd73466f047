"""A parameter's type that Porffor cannot turn into C.

## What it does

Finds parameters of type `u8`, `u16`, `bool`, `usize`, `isize` and `function`, and structs, which Deno knows
and Porffor does not. Porffor only.

## Why is this bad

Porffor writes the word `undefined` where C wants a type, or leaves the parameter away; the C compiler refuses
the program, even where the function is never called.

## Bad

```js
const { toupper } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: ["u8"], result: "i32" },
});
const letter = toupper(97);
console.log(letter);
```

## Good

```js
const { toupper } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
});
const letter = toupper(97);
console.log(letter);
```

## Fix

A type of Porffor's that travels in the same register. It checks no range, so the fix is not a safe one.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall, Object, SourceDeclaration, Text
from ffi_lsp.diagnostic import Fix, Severity
from ffi_lsp.rules.edits import text_edit
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of, parameter_types, struct_of

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"porffor"})

_INSTEAD = {"u8": "i32", "u16": "i32", "bool": "i32", "usize": "u64", "isize": "i64", "function": "pointer"}


def check_declaration(call: DlopenCall, _facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """Every parameter of a type that does not compile."""
    if not isinstance(entry.value, Object):
        return
    for word in parameter_types(dialect_of(call), entry.value):
        if struct_of(word) is not None:
            yield Finding(word.span, "Porffor passes no structs by value", entry.name)
        elif isinstance(word, Text) and word.value in _INSTEAD:
            instead = _INSTEAD[word.value]
            message = f"Porffor cannot compile a parameter of type {word.value!r}; {instead!r} travels the same way"
            fix = Fix(f"Replace by {instead!r}", (text_edit(call, word.span, instead),), safe=False)
            yield Finding(word.span, message, entry.name, (fix,))
