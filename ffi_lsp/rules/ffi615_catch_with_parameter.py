"""A `catch` that names what it caught.

## What it does

Finds `catch (error)` in programs with `Porffor.dlopen`. Porffor only.

## Why is this bad

The compiler that has `Porffor.dlopen` cannot turn the parameter into C; it crashes. A `catch` without one compiles.

## Bad

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
function isChild() {
  try {
    return getpid() > 1;
  } catch (error) {
    return false;
  }
}
const child = isChild();
console.log(child);
```

## Good

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
function isChild() {
  try {
    return getpid() > 1;
  } catch {
    return false;
  }
}
const child = isChild();
console.log(child);
```

## Fix

Where the parameter is not used, it is taken away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ffi_core.model import DlopenCall, Span
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import end_of_code_before, is_porffors
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR

_NAME = re.compile(rb"\(\s*([A-Za-z_$][\w$]*)")


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every parameter of a `catch` in the file."""
    for span in call.caught if is_porffors(call) else ():
        yield Finding(span, "Porffor's compiler crashes on the parameter of a catch", None, _fixes(call, span))


def _fixes(call: DlopenCall, span: Span) -> tuple[Fix, ...]:
    """Without the parameter, where its name stands but once in the file: then nothing in the block reads it."""
    name = _NAME.match(call.source, span.start, span.end)
    if name is None or len(re.findall(rb"(?<![\w$])" + re.escape(name[1]) + rb"(?![\w$])", call.source)) != 1:
        return ()
    return (Fix("Remove the parameter", (Edit(Span(end_of_code_before(call, span.start), span.end), ""),)),)
