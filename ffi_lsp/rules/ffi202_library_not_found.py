"""A library that the dynamic loader does not find.

## What it does

Looks for the library where the dynamic loader would on this machine: a path as it stands, a bare name in
`LD_LIBRARY_PATH`, the loader's cache and the default directories. A name for another platform (`.dll` or
`.dylib` on Linux) is not looked for.

## Why is this bad

Porffor does not look at the answer of `dlopen`: the program compiles, runs, and crashes at the first call, or
finds another library's symbol by luck. The other runtimes throw.

## Bad

```js
const { ilogb } = Porffor.dlopen("libm.so.7", {
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

Where another version or spelling of the same library is there, its name is put in place.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.errors import LibraryNotFoundError
from ffi_core.model import DlopenCall
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.edits import library_fixes
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR

_PLACES_SHOWN = 4


def check(call: DlopenCall, facts: LibraryFacts) -> Iterator[Finding]:
    """The library's name, if no file goes by it."""
    failure = facts.failure
    if isinstance(failure, LibraryNotFoundError) and call.library is not None:
        yield Finding(call.library.span, _message(failure), None, library_fixes(call, failure.near))


def _message(failure: LibraryNotFoundError) -> str:
    missing = f"no library {failure.name!r} on this machine"
    if failure.near:
        others = f" (also there: {', '.join(failure.near[1:])})" if len(failure.near) > 1 else ""
        return f"{missing}; did you mean {failure.near[0]!r}?{others}"
    places = list(failure.searched[:_PLACES_SHOWN])
    more = len(failure.searched) - len(places)
    return f"{missing}; looked at {', '.join(places)}{f' and {more} more' if more else ''}"
