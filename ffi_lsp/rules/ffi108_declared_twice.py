"""A symbol that a schema declares twice.

## What it does

Finds a key that stands twice in one object literal. A key that overrides one of a spread, as in
`{ ...common, f: ... }`, is not meant.

## Why is this bad

JavaScript keeps the last one and says nothing: the first declaration, with types of its own perhaps, is never used. In
Porffor both are compiled, and the C compiler refuses the second.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
  toupper: { parameters: ["u32"], result: "u32" },
});
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
  tolower: { parameters: ["i32"], result: "i32" },
});
```

## Fix

The declaration that is overwritten is taken away. The program does the same as before, so the fix is a safe one; where
the two differ, look at which of them is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ffi_core.model import DlopenCall, Object, SourceDeclaration, Span
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import is_porffors
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR

_COMMENT_OR_STRING = re.compile(
    rb"""//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`""", re.DOTALL
)
_TO_THE_NEXT_ENTRY = re.compile(rb"\s*,?[ \t]*(?:\r?\n[ \t]*)?")


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every declaration behind which the same key stands again in the same literal."""
    names = {entry.name for entry in call.declarations}
    if len(names) == len(call.declarations) or not isinstance(call.schema, Object):
        return
    by_name: dict[str, list[SourceDeclaration]] = {}
    for entry in call.declarations:
        by_name.setdefault(entry.name, []).append(entry)
    for name, found in by_name.items():
        written = [entry for entry in found if _is_written_in(call, call.schema.span, entry)] if len(found) > 1 else []
        for overwritten in written[:-1]:
            fate = "the C compiler refuses the second" if is_porffors(call) else "only the last one counts"
            message = f"{name!r} is declared twice in this schema, and {fate}"
            severity = None if is_porffors(call) else Severity.WARNING
            yield Finding(overwritten.name_span, message, name, (_removal(call, overwritten),), severity)


def _is_written_in(call: DlopenCall, literal: Span, entry: SourceDeclaration) -> bool:
    """Whether an entry is a property of this very literal, and not of one inside of it that is spread into it."""
    if not (literal.start < entry.span.start and entry.span.end < literal.end) or entry.span in call.imported:
        return False
    before = _COMMENT_OR_STRING.sub(b"", call.source[literal.start : entry.span.start])
    opened = sum(before.count(bracket) for bracket in (b"{", b"[", b"("))
    return opened - sum(before.count(bracket) for bracket in (b"}", b"]", b")")) == 1


def _removal(call: DlopenCall, entry: SourceDeclaration) -> Fix:
    behind = _TO_THE_NEXT_ENTRY.match(call.source, entry.span.end)
    end = behind.end() if behind is not None else entry.span.end
    return Fix("Remove the one that is overwritten", (Edit(Span(entry.span.start, end), ""),))
