"""A symbol that is taken or called, but not declared.

## What it does

Looks for each name that destructuring takes from the library, and each that is called, among the keys of the schema.
A schema of which a part is not known is not judged, nor is a name with a default or behind `?.`, which may be missing.

## Why is this bad

The name is undefined, and calling it throws, in Porffor as well.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
});
symbols.toUpper(97);
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
});
symbols.toupper(97);
```

## Fix

Where a key of the schema is near, it is written instead.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from ffi_core.model import DlopenCall, Object, Span
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.edits import is_identifier, key_edit
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import is_porffors
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR

_OF_EVERY_OBJECT = {
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
}
_DEFAULT = re.compile(rb"\s*=")
_CHAINED = re.compile(rb"[\'\"\]\s]*\?\.")
_SET = re.compile(rb"[\'\"\]\s]*(?:[-+*/%&|^?]{0,2})=(?![=>])")


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every such name, where all keys of the schema are known and nothing is added to the symbols."""
    if not isinstance(call.schema, Object) or not call.schema.complete or not call.declarations:
        return
    taken_or_called = {binding.symbol for binding in call.bindings} | {site.symbol for site in call.calls}
    strange = taken_or_called - {entry.name for entry in call.declarations} - _OF_EVERY_OBJECT
    strange -= {name for name, span in call.uses if name in strange and _SET.match(call.source, span.end)}
    if not strange:
        return
    taken = {binding.symbol_span for binding in call.bindings}
    for binding in call.bindings:
        in_pattern = binding.symbol_span.start <= binding.local_span.start
        if binding.symbol in strange and in_pattern and not _DEFAULT.match(call.source, binding.local_span.end):
            shorthand = binding.symbol_span == binding.local_span
            yield _finding(call, binding.symbol, binding.symbol_span, shorthand=shorthand)
    locals_ = {binding.local_span for binding in call.bindings} | taken
    bound = {binding.symbol for binding in call.bindings}
    for site in call.calls:
        own = site.symbol in strange and site.symbol not in bound and site.callee_span not in locals_
        if own and not _CHAINED.match(call.source, site.callee_span.end):
            yield _finding(call, site.symbol, site.callee_span, shorthand=False)


def _finding(call: DlopenCall, name: str, span: Span, *, shorthand: bool) -> Finding:
    keys = [entry.name for entry in call.declarations]
    by_case = {key.lower(): key for key in keys}
    near = by_case.get(name.lower()) or next(iter(difflib.get_close_matches(name, keys, n=1, cutoff=0.7)), None)
    message = f"{name!r} is not declared in the schema"
    if near is None:
        return Finding(span, message, name)
    fix: tuple[Fix, ...] = ()
    if is_identifier(near) and not (shorthand and is_porffors(call)):
        edit = Edit(span, f"{near}: {name}") if shorthand else key_edit(call, span, near)
        fix = (Fix(f"Replace by {near!r}", (edit,), safe=False),)
    return Finding(span, f"{message}; did you mean {near!r}?", name, fix)
