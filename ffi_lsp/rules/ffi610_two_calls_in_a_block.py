"""A second `Porffor.dlopen` where there is one already.

## What it does

Finds calls of `Porffor.dlopen` in a function, or at the top of the program, that has one already. Loops, bare blocks
and the cases of a `switch` make no difference; a branch of an `if` and a function of its own do. A call in a `for`,
`while` or `do` loop is found as well. Porffor only.

## Why is this bad

Porffor's compiler makes a C variable `_dl` of each call, and the C compiler refuses two in one block. The body of a
loop with a condition it writes twice.

## Bad

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
const { ilogb } = Porffor.dlopen("libm.so.6", {
  ilogb: { parameters: ["f64"], result: "i32" },
});
const exponent = ilogb(8);
console.log(exponent);
console.log(getpid() > 0);
```

## Good

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
function exponentOfEight() {
  const { ilogb } = Porffor.dlopen("libm.so.6", {
    ilogb: { parameters: ["f64"], result: "i32" },
  });
  return ilogb(8);
}
const exponent = exponentOfEight();
console.log(exponent);
console.log(getpid() > 0);
```

## Fix

None: put the functions of one library into one call, and another library into a function of its own.
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
    """The callee, where an earlier call stands in the same block of C."""
    if call.rival == call.callee_span:
        message = "Porffor writes the body of this loop twice, and its program does not compile with the call in it"
        yield Finding(call.callee_span, message)
    elif call.rival is not None:
        line = call.source.count(b"\n", 0, call.rival.start) + 1
        message = f"Porffor's program does not compile with this call beside the one in line {line}"
        yield Finding(call.callee_span, message)
