"""A text for C without the NUL that ends it.

## What it does

Finds the bytes of a text (`new TextEncoder().encode("...")`, `Buffer.from("...")`), or their address, as an argument
where C's prototype has `const char *`, if the text does not end with `\\0`. Functions that also take a length are not
judged, nor are strings that the runtime itself turns into a text of C.

## Why is this bad

C reads on until it meets a zero. What lies behind the bytes is whatever was there before: mostly a zero in a test, and
another text in earnest. The function sees a longer name, or reads memory that is not the program's.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  atoi: { parameters: ["buffer"], result: "i32" },
});
const year = symbols.atoi(new TextEncoder().encode("2026"));
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  atoi: { parameters: ["buffer"], result: "i32" },
});
const year = symbols.atoi(new TextEncoder().encode("2026\\0"));
```

## Fix

`\\0` is put at the end of the text, where it stands in quotes in the call.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import CallSite, DlopenCall, Span, Text
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.pointees import is_text, may_have_length, memory_passed
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR

_QUOTES = b"'\"`"


def check_site(call: DlopenCall, facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Every such argument."""
    for passed in memory_passed(call, facts, site):
        content = passed.origin.content
        if content is None or "\0" in content.value or not is_text(passed.type) or may_have_length(passed.prototype):
            continue
        name = passed.prototype.parameters[passed.index][0].lstrip("_") or f"parameter {passed.index + 1}"
        message = (
            f"these bytes do not end with NUL, but C reads {name} of {site.symbol!r} as a text up to there; "
            f"C has `{passed.prototype}`"
        )
        fixes = _fixes(call, content, safe=not passed.origin.by_name)
        yield Finding(passed.value.span, message, site.symbol, fixes)


def _fixes(call: DlopenCall, content: Text, *, safe: bool) -> tuple[Fix, ...]:
    end = content.span.end - 1
    quote = call.source[end]
    if quote not in _QUOTES or call.source[content.span.start] != quote:
        return ()
    return (Fix("End the text with '\\0'", (Edit(Span(end, end), "\\0"),), safe),)
