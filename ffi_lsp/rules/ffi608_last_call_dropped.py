"""A call at the very end of the program, which Porffor leaves out.

## What it does

Finds the call of a function with a `result` as the last statement of the program. Porffor only.

## Why is this bad

Porffor takes it for the value of the program, and leaves the call away: three calls in a row, and only two
are made. A function without `result` is not affected, nor is a call inside another function.

## Bad

```js
const { toupper, putchar } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
  putchar: { parameters: ["i32"], result: "i32" },
});
putchar(97);
putchar(98);
```

## Good

```js
const { toupper, putchar } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
  putchar: { parameters: ["i32"], result: "i32" },
});
putchar(97);
const last = putchar(98);
```

## Fix

The result is given to a variable.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ffi_core.model import DlopenCall, Object, Span
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.edits import stands_in_code
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"porffor"})

_START_OF_STATEMENT = re.compile(rb"[;}]\s*(?:(?://[^\n]*\n|/\*[^*]*\*/)\s*)*\Z")
_NOTHING_MORE = re.compile(rb"(?:[\s;]|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NAMES = ("last", "lastResult", "resultOfLastCall")


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """The last call, if nothing follows it and it is a statement of its own at the top of the program."""
    for site in call.calls[-1:]:
        entry = call.declaration_of(site.symbol)
        gives = isinstance(entry.value, Object) and entry.value.get(dialect_of(call).result) if entry else None
        # What follows is looked at first: it is a word away as a rule, while what precedes may be the whole text.
        if (
            gives
            and _NOTHING_MORE.fullmatch(call.source, site.span.end)
            and _START_OF_STATEMENT.search(call.source, 0, site.span.start)
        ):
            message = f"Porffor leaves out this call of {site.symbol!r}: the last statement, and its result is not used"
            yield Finding(site.span, message, site.symbol, _fixes(call, site.span.start))


def _fixes(call: DlopenCall, start: int) -> tuple[Fix, ...]:
    name = next((name for name in _NAMES if not stands_in_code(call, name)), None)
    if name is None:
        return ()
    return (Fix("Keep its result", (Edit(Span(start, start), f"const {name} = "),)),)
