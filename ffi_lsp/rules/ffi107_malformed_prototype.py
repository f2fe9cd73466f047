"""A C prototype in a string that koffi cannot read.

## What it does

Reads the prototypes that are given to koffi's `func` and `proto`, as koffi does, and finds what it would stumble over.
koffi's prototypes are a small part of C: types, stars, `const`, names, `...`. There are no arrays, no function
pointers, no `struct`, `enum`, `static` or `volatile`.

## Why is this bad

koffi throws when the program reaches the line, with a message about the first token that it did not expect.

## Bad

```js
import koffi from "koffi";
const lib = koffi.load("libc.so.6");
const strtol = lib.func("long strtol(const char *text, char *end[1], int base)");
```

## Good

```js
import koffi from "koffi";
const lib = koffi.load("libc.so.6");
const strtol = lib.func("long strtol(const char *text, char **end, int base)");
```

## Fix

An array becomes the pointer that it is in C, `_Out_` gets its star, and words that koffi does not know are taken away.
Other mistakes have no single right answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.dialects.prototype import PrototypeFault, read_prototype
from ffi_core.model import CallKind, DlopenCall, Span, Text
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"koffi"})


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """The first fault of a prototype that could not be taken apart."""
    dialect, text = dialect_of(call), call.schema
    if not isinstance(text, Text):
        return
    known = {*dialect.types, *call.named_types}
    fault = read_prototype(text.value, known.__contains__, named=call.kind is not CallKind.TYPE)
    if isinstance(fault, PrototypeFault):
        yield _finding(call, text, fault)


def _finding(call: DlopenCall, text: Text, fault: PrototypeFault) -> Finding:
    inside = Span(text.span.start + 1, text.span.end - 1)
    if call.source[inside.start : inside.end] != text.value.encode("utf-8", "replace"):
        return Finding(text.span, fault.message)
    start = inside.start + len(text.value[: fault.start].encode())
    span = Span(start, start + len(text.value[fault.start : fault.end].encode()))
    if fault.replacement is None:
        return Finding(span, fault.message)
    title = f"Write {fault.replacement!r}" if fault.replacement else "Leave it out"
    return Finding(span, fault.message, fixes=(Fix(title, (Edit(span, fault.replacement),)),))
