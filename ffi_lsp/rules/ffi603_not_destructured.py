"""A library whose symbols are not taken by destructuring.

## What it does

Finds calls of `Porffor.dlopen` whose result goes anywhere else than into a plain pattern: `const { f, g } =`.
Porffor only.

## Why is this bad

`Porffor.dlopen` is no function that gives an object. The compiler turns the pattern into C variables; it
crashes on any other target, and on `...rest` in the pattern.

## Bad

```js
const libc = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
const pid = libc.getpid();
console.log(pid > 0);
```

## Good

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
const pid = getpid();
console.log(pid > 0);
```

## Fix

None: every use has to change with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ffi_core.model import DlopenCall
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import end_of_code_before
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"porffor"})

_DECLARATION = re.compile(rb"\b(?:const|let|var)\b[^;]*,\Z")
_FARTHEST_DECLARATION = 2000
_KEYWORDS = (b"const", b"let", b"var")
_ALONE = "Porffor gives the symbols through 'const { name } = Porffor.dlopen(...)' alone"


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """The callee, if what it gives is not taken by a declared pattern of plain names."""
    if call.schema is None:
        return
    if call.source[call.callee_span.start : call.callee_span.end] != b"Porffor.dlopen":
        yield Finding(call.callee_span, "Porffor knows the call only when it is written as 'Porffor.dlopen'")
        return
    equals = end_of_code_before(call, call.span.start, blank=b" \t\r\n(")
    if call.source[equals - 1 : equals] != b"=":
        if call.source[call.span.end : call.span.end + 1] in {b".", b"["}:
            yield Finding(call.callee_span, _ALONE)
        return  # else nothing is done with the symbols: that is how one begins to write it
    closing = end_of_code_before(call, equals - 1)
    behind_opening = call.bindings[0].symbol_span.start if call.bindings else closing
    opening = call.source.rfind(b"{", 0, behind_opening)
    keyword_end = end_of_code_before(call, max(opening, 0))
    before = call.source[max(keyword_end - _FARTHEST_DECLARATION, 0) : keyword_end]
    # Behind a comma it is one of several declared together, unless it is an expression.
    is_declared = before[-5:].endswith(_KEYWORDS) or (before.endswith(b",") and bool(_DECLARATION.search(before)))
    if call.source[closing - 1 : closing] != b"}" or opening < 0 or not is_declared:
        yield Finding(call.callee_span, _ALONE)
    elif b"..." in call.source[opening:closing]:
        yield Finding(call.callee_span, "Porffor's compiler crashes on '...' in the pattern; name each symbol")
