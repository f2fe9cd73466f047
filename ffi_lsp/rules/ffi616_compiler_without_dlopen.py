"""`Porffor.dlopen`, where the installed Porffor has none.

## What it does

Looks into the project's `node_modules` for Porffor, and whether its compiler knows `Porffor.dlopen`. Where Porffor is
not installed there, nothing is said. Porffor only.

## Why is this bad

Porffor was rewritten, and the new compiler has no `Porffor.dlopen`: the program does not compile, or throws where it
calls it. The last version that has it is 0.61.13.

## Bad

```text node_modules/porffor/package.json
{ "name": "porffor", "version": "0.70.0" }
```

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
const pid = getpid();
console.log(pid > 0);
```

## Good

```text node_modules/porffor/package.json
{ "name": "porffor", "version": "0.61.13" }
```

```text node_modules/porffor/compiler/2c.js
line(`void* _dl = dlopen("${path}", RTLD_LAZY)`);
```

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
const pid = getpid();
console.log(pid > 0);
```

## Fix

None in the program: install `porffor@0.61.13`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"porffor"})


def check(call: DlopenCall, facts: LibraryFacts) -> Iterator[Finding]:
    """The callee, if the installed compiler does not know it."""
    if facts.compiler_without_dlopen is not None:
        version = facts.compiler_without_dlopen
        message = f"Porffor {version}, which is installed for this file, has no dlopen; the last one with it is 0.61.13"
        yield Finding(call.callee_span, message)
