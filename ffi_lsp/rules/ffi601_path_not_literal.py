"""A library's path that Porffor's compiler cannot read.

## What it does

Finds paths that are no string in plain quotes: a const, a template literal, a sum, a call. Porffor only.

## Why is this bad

Porffor reads the path while it compiles, and makes `"undefined"` of any other expression. The program
compiles; the library is not opened, and the first call crashes, or reaches another library's function of that
name by luck.

## Bad

```js
const path = "libm.so.6";
const { ilogb } = Porffor.dlopen(path, {
  ilogb: { parameters: ["f64"], result: "i32" },
});
const exponent = ilogb(8);
console.log(exponent);
```

## Good

```js
const { ilogb } = Porffor.dlopen("libm.so.6", {
  ilogb: { parameters: ["f64"], result: "i32" },
});
const exponent = ilogb(8);
console.log(exponent);
```

## Fix

Where the text tells the path, it is put in place as a string.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall, Text, Unknown
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.edits import string_literal
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import is_plain_string
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"porffor"})


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """The path, if it is an expression."""
    path = call.library
    if not isinstance(path, Text | Unknown) or is_plain_string(call, path.span):
        return
    literal = string_literal(path.value) if isinstance(path, Text) else None
    fixes = (Fix(f"Write {literal}", (Edit(path.span, literal),)),) if literal else ()
    message = "Porffor takes the path from a string in plain quotes alone; of anything else it makes 'undefined'"
    yield Finding(path.span, message, None, fixes)
