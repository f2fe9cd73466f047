"""A call with more or fewer arguments than are declared.

## What it does

Counts the arguments of each call of a declared function. Calls with a spread are not judged.

## Why is this bad

What a runtime does about it differs: Node throws in both cases, Deno and koffi for too few; Bun and Porffor pass zero
for what is missing, which is a null pointer where an address was meant. Arguments that are too many are dropped
without a word by all but Node.

## Bad

```js
const { symbols } = Deno.dlopen("libm.so.6", {
  pow: { parameters: ["f64", "f64"], result: "f64" },
});
symbols.pow(2);
```

## Good

```js
const { symbols } = Deno.dlopen("libm.so.6", {
  pow: { parameters: ["f64", "f64"], result: "f64" },
});
symbols.pow(2, 10);
```

## Fix

Where all arguments that are too many are literals, they are taken away. What is missing, only the author knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import CallSite, DlopenCall, Span
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.call_arguments import is_literal, signature_of
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR

_PASSES_ZERO = {"bun", "porffor"}
_REFUSES_MORE = {"node"}


def check_site(call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """The call, if its number of arguments is another than declared; a variadic function takes any further ones."""
    signature = signature_of(call, site)
    if signature is None:
        return
    given = len(site.arguments.items)
    least = len(signature.parameters) if signature.fixed is None else signature.fixed
    most = least if signature.fixed is None else max(least, given)
    if least <= given <= most:
        return
    title = dialect_of(call).title
    told = f"{site.symbol!r} is declared with {least} parameter{'' if least == 1 else 's'}, but gets {given}"
    if given < least:
        does = "passes zero for the rest" if call.dialect in _PASSES_ZERO else "throws"
        yield Finding(site.callee_span, f"{told}; {title} {does}", site.symbol)
    else:
        refused = call.dialect in _REFUSES_MORE
        span = Span(site.arguments.items[most].span.start, site.arguments.items[-1].span.end)
        message = f"{told}; {title} {'throws' if refused else 'drops the rest'}"
        severity = Severity.ERROR if refused else Severity.WARNING
        yield Finding(span, message, site.symbol, _removal(call, site, most), severity)


def _removal(call: DlopenCall, site: CallSite, most: int) -> tuple[Fix, ...]:
    items = site.arguments.items
    if not all(is_literal(call, item.span) for item in items[most:]):
        return ()
    start = items[most - 1].span.end if most else site.arguments.span.start + 1
    return (Fix("Remove what is too much", (Edit(Span(start, items[-1].span.end), ""),)),)
