"""A callback that is made of something that is no function.

## What it does

Looks at what stands in the place of the function where a callback is made. The order differs: Deno and Node take the
definition first and then the function, Bun and koffi the function first.

## Why is this bad

Bun and koffi throw. Deno takes anything, and calls it when C does. Node takes the function for the definition, finds no
types in it, and makes a callback without parameters and result.

## Bad

```js
import { JSCallback } from "bun:ffi";
const compare = new JSCallback({ args: ["ptr", "ptr"], returns: "i32" }, (left, right) => Number(left) - Number(right));
```

## Good

```js
import { JSCallback } from "bun:ffi";
const compare = new JSCallback((left, right) => Number(left) - Number(right), { args: ["ptr", "ptr"], returns: "i32" });
```

## Fix

Where function and definition stand in each other's place, they are exchanged.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import CallKind, DlopenCall, Span
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR

_CLOSING = {b"{": b"}", b"[": b"]", b'"': b'"', b"'": b"'", b"`": b"`"}
_FUNCTION_FIRST = {"bun", "koffi"}


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """A callback whose function is missing, or is a literal that surely is none."""
    if call.kind is not CallKind.CALLBACK or call.function is None:
        return
    if not _is_literal(call.source[call.function.start : call.function.end]):
        return
    order = "the function comes first" if call.dialect in _FUNCTION_FIRST else "the definition comes first"
    message = f"this is no function; in {dialect_of(call).title}, {order}"
    yield Finding(call.function, message, fixes=_exchange(call, call.function))


def _is_literal(text: bytes) -> bool:
    return text.isdigit() or _CLOSING.get(text[:1]) == text[-1:]


def _exchange(call: DlopenCall, function: Span) -> tuple[Fix, ...]:
    other = call.schema.span if call.schema is not None else None
    if other is None or not _is_function(call.source[other.start : other.end]):
        return ()
    first, second = sorted((function, other))
    texts = [call.source[span.start : span.end].decode("utf-8", "replace") for span in (first, second)]
    return (Fix("Exchange them", (Edit(first, texts[1]), Edit(second, texts[0]))),)


def _is_function(text: bytes) -> bool:
    return text.startswith((b"function", b"async")) or b"=>" in text
