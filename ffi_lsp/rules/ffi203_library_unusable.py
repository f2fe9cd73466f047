"""A file that is there, but that the dynamic loader cannot open.

## What it does

Reads the start of the file as the loader does, and says what it is instead of a shared library for this
machine: a text script for the linker (Debian's `libc.so`), a static archive, a library for another processor,
a directory, a damaged file.

## Why is this bad

Porffor does not look at the answer of `dlopen`: the program compiles, runs, and crashes at the first call, or
finds another library's symbol by luck. The other runtimes throw.

## Bad

```js
const { ilogb } = Porffor.dlopen("/dev/null", {
  ilogb: { parameters: ["f64"], result: "i32" },
});
```

## Good

```js
const { ilogb } = Porffor.dlopen("libm.so.6", {
  ilogb: { parameters: ["f64"], result: "i32" },
});
```

## Fix

Where the library's other name leads to a usable file, as `libc.so.6` beside the script `libc.so`, it is put
in place.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.errors import LibraryLoadError
from ffi_core.model import DlopenCall
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.edits import library_fixes
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR


def check(call: DlopenCall, facts: LibraryFacts) -> Iterator[Finding]:
    """The library's name, if the file that goes by it cannot be opened."""
    failure = facts.failure
    if isinstance(failure, LibraryLoadError) and call.library is not None:
        near = facts.location.near if facts.location is not None else ()
        hint = f"; did you mean {near[0]!r}?" if near else ""
        message = f"{failure.path} cannot be opened as a library: {failure.detail}{hint}"
        yield Finding(call.library.span, message, None, library_fixes(call, near))
