"""A declaration without a field that the dialect cannot do without.

## What it does

Finds declarations that lack a field which the runtime insists on. In Porffor that is `parameters`; a function
without a result is written without `result` there.

## Why is this bad

Porffor's compiler crashes on a declaration without `parameters`, without saying which. Deno throws a
TypeError for want of `parameters` or `result`.

## Bad

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { result: "i32" },
});
```

## Good

```js
const { getpid, sync } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" },
  sync: { parameters: [] },
});
```

## Fix

`parameters: []` is put in, which is right for a function without parameters alone; so the fix is not a safe
one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from ffi_core.dialects import Dialect
from ffi_core.model import DlopenCall, Object, SourceDeclaration, Span
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.circumstances import stands_inside
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of, is_static, right_field

SEVERITY = Severity.ERROR


def check_declaration(call: DlopenCall, _facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """Every required field that an entry lacks, unless it is there under a wrong name, or may hide behind a spread."""
    dialect, value = dialect_of(call), entry.value
    if not isinstance(value, Object) or not value.complete or is_static(call, entry):
        return
    for field in dialect.required:
        if value.get(field) is not None or _is_there_misnamed(dialect, value, field):
            continue
        if field == "ptr" and not stands_inside(call, entry):
            continue  # addresses are looked up, and set in the table, when the program runs
        message = f"{entry.name!r} has no field {field!r}, without which {dialect.title} cannot bind it"
        fixes = tuple(_fixes(dialect, value, field)) if field in (dialect.parameters, dialect.result) else ()
        yield Finding(entry.name_span, message, entry.name, fixes)


def _is_there_misnamed(dialect: Dialect, entry: Object, field: str) -> bool:
    """Whether FFI102 speaks of this field already."""
    strangers = [other.key for other in entry if other.key not in dialect.fields]
    return "type" in strangers or any(
        right_field(dialect, other) == field or difflib.get_close_matches(other, [field], n=1, cutoff=0.6)
        for other in strangers
    )


def _fixes(dialect: Dialect, entry: Object, field: str) -> Iterator[Fix]:
    text = f"{field}: []" if field == dialect.parameters else f'{field}: "void"'
    at = entry.span.start + 1
    inserted = f" {text}," if entry.properties else f" {text} "
    yield Fix(f"Add {text!r}", (Edit(Span(at, at), inserted),), safe=False)
