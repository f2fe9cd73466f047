"""A symbol that is given another name by the pattern.

## What it does

Finds `{ symbol: name }` and quoted keys in the pattern that takes a library's symbols. Porffor only.

## Why is this bad

Porffor makes a variable of the symbol's own name, and none of the other: the program compiles, and throws
where the name is used, or does not compile at all.

## Bad

```js
const { getpid: processNumber } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
});
const pid = processNumber();
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

The symbol's own name is used in the pattern and wherever the other one stood.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import Binding, DlopenCall, Span
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.edits import is_identifier, stands_in_code
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"porffor"})


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every binding that is more than the symbol's name."""
    for binding in call.bindings:
        renames = binding.local != binding.symbol
        if not renames and binding.symbol_span.start == binding.local_span.start:
            continue
        if renames or call.source[binding.symbol_span.start : binding.symbol_span.end] != binding.symbol.encode():
            message = f"Porffor binds {binding.symbol!r} under its own name alone, without quotes"
            span = Span(binding.symbol_span.start, binding.local_span.end)
            yield Finding(span, message, binding.symbol, _fixes(call, binding, span))


def _fixes(call: DlopenCall, binding: Binding, span: Span) -> tuple[Fix, ...]:
    uses = [use for name, use in call.uses if name == binding.symbol]
    if not is_identifier(binding.symbol) or any(use in call.labels for use in (*uses, binding.local_span)):
        return ()
    edits = (Edit(span, binding.symbol), *(Edit(use, binding.symbol) for use in uses))
    own = (binding.symbol_span, call.span)  # the key in the pattern and that in the schema are no variables
    safe = binding.local == binding.symbol or not stands_in_code(call, binding.symbol, outside=own)
    return (Fix(f"Use {binding.symbol!r} itself", edits, safe),)
