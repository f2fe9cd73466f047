"""A symbol that is stored or passed on instead of being called.

## What it does

Finds symbols that are put into a variable, an object or an array, returned, or passed to a function. That one is
printed, compared or looked at with `typeof` is not judged. Porffor only.

## Why is this bad

A symbol of Porffor's can only be called by its own name. Called by any other way it does nothing, and gives undefined.

## Bad

```js
const { toupper } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
});
const shout = toupper;
const letter = shout(97);
console.log(letter);
```

## Good

```js
const { toupper } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
});
const shout = (letter) => toupper(letter);
const letter = shout(97);
console.log(letter);
```

## Fix

None: call the symbol itself, in a function of the program's own if need be.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"porffor"})


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every such use."""
    for name, span in call.handed_on:
        yield Finding(span, f"Porffor can call {name!r} by its own name alone; from here it gives undefined", name)
