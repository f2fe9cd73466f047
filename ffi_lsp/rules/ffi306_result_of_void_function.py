"""A result declared for a function that returns nothing.

## What it does

Compares each declared result with the prototype in the library's header, and finds those of functions that are `void`
in C.

## Why is this bad

The value is whatever the register held: it may look right for a long time.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  srand: { parameters: ["u32"], result: "i32" },
});
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  srand: { parameters: ["u32"], result: "void" },
});
```

## Fix

The result is declared as `void`; for Porffor, which has no such result, the field is taken away.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall, Mismatch, MismatchKind, Number, SourceDeclaration, Text
from ffi_lsp.diagnostic import Fix, Severity
from ffi_lsp.rules.edits import field_removal, text_edit
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import is_porffors
from ffi_lsp.rules.prototype_findings import field_of, finding, mismatches, stands_in, word_of
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR


def check_declaration(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """The result, if the function has none."""
    for mismatch in mismatches(facts, entry, MismatchKind.VOID_RESULT):
        yield finding(call, entry, mismatch, _fixes(call, entry, mismatch))


def _fixes(call: DlopenCall, entry: SourceDeclaration, mismatch: Mismatch) -> tuple[Fix, ...]:
    word, field = word_of(call, entry, mismatch), field_of(entry, dialect_of(call).result)
    if not isinstance(word, Text | Number) or field is None or not stands_in(entry, field.span):
        return ()
    if is_porffors(call):
        return (Fix("Remove the field", (field_removal(call, field),)),)
    return (Fix("Declare it as 'void'", (text_edit(call, word.span, "void"),)),)
