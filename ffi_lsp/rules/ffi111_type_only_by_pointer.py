"""A type of koffi that stands for itself where only a pointer to it can stand.

## What it does

Finds opaque types and the types of callbacks that stand without their star among parameters, results and members of
structs, arrays as parameters and results, and `koffi.register` with a callback's type that has no star.

## Why is this bad

There are no values of such a type: C knows what an opaque type holds, a function and an array are passed as addresses.
koffi throws when the program reaches the line.

## Bad

```js
import koffi from "koffi";
const lib = koffi.load("libc.so.6");
const Stream = koffi.opaque("Stream");
const fflush = lib.func("int fflush(Stream stream)");
```

## Good

```js
import koffi from "koffi";
const lib = koffi.load("libc.so.6");
const Stream = koffi.opaque("Stream");
const fflush = lib.func("int fflush(Stream *stream)");
```

## Fix

The star is added; an array becomes the pointer that it is in C.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import CallKind, DlopenCall, Object, SourceDeclaration, Text, Value
from ffi_lsp.diagnostic import Fix, Severity
from ffi_lsp.rules.edits import text_edit
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of, types

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"koffi"})


def check_declaration(call: DlopenCall, _facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """Every such type."""
    if call.kind is CallKind.POINTER or not isinstance(entry.value, Object):
        return
    for word in _words(call, entry.value):
        finding = _judge(call, entry.name, entry.value, word)
        if finding is not None:
            yield finding


def _words(call: DlopenCall, entry: Object) -> Iterator[Text]:
    aliased = entry.get("type") if call.kind is CallKind.TYPE else None
    if aliased is not None and isinstance(aliased.value, Text):
        return  # `alias` and `pointer` name any type, and say nothing of values
    yield from (word for word in types(dialect_of(call), entry) if isinstance(word, Text))


def _judge(call: DlopenCall, symbol: str, entry: Object, word: Text) -> Finding | None:
    name, _, end = dialect_of(call).bare_type(word.value)
    marks = word.value[end:]
    is_member = call.kind is CallKind.TYPE and entry.get("type") is not None
    if "*" in marks:
        return None
    if name in call.only_pointed_to:
        place = "takes" if call.kind is CallKind.CALLBACK else "holds" if is_member else "passes"
        message = f"koffi {place} no {name!r} itself, only a pointer to it"
        return Finding(word.span, message, symbol, _fixes(call, word, f"{word.value} *"))
    if "[" in marks and not is_member:
        message = "koffi passes no arrays; as in C, a pointer to the first item is passed"
        return Finding(word.span, message, symbol, _fixes(call, word, f"{word.value[:end]} *"))
    return None


def _fixes(call: DlopenCall, word: Value, right: str) -> tuple[Fix, ...]:
    if right.startswith("anonymous_type_"):
        return ()
    return (Fix(f"Replace by {right!r}", (text_edit(call, word.span, right),)),)
