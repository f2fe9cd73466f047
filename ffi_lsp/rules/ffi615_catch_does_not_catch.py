"""A `catch`, in a program for Porffor.

## What it does

Finds each `catch` in a program with `Porffor.dlopen`. Porffor only.

## Why is this bad

The compiler that has `Porffor.dlopen` does not know exceptions when it makes C. It crashes on `catch (error)`. A
`catch` without a parameter compiles, but catches nothing: an error still ends the program, and the block runs after
each `try` in which there was none.

## Bad

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
let failures = "none";
try {
  const pid = getpid();
} catch {
  failures = "some";
}
console.log(failures);
```

## Good

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
let failures = "none";
const pid = getpid();
if (pid < 0) failures = "some";
console.log(failures);
```

## Fix

None: look at what C answers, instead of waiting for an error.
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
    """Every `catch` of the file."""
    for span in call.caught:
        has_parameter = call.source[span.start : span.start + 1] == b"("
        crashes = "Porffor's compiler crashes on the parameter of a catch"
        runs = "Porffor runs this block after every try, and catches nothing"
        yield Finding(span, crashes if has_parameter else runs)
