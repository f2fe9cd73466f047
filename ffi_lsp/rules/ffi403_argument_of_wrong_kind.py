"""An argument of a kind that its parameter does not take: a number for an address, a string for a number.

## What it does

Looks at arguments whose value stands in the text, and at what each runtime takes for the declared type: Deno takes
`null` for an address but no number and no string, Node takes a BigInt for a 64-bit integer and nothing else, Bun takes
a string for a `cstring` but not for a `ptr` or a `buffer`, koffi and Deno take only `true` and `false` for a `bool`.

## Why is this bad

The call throws. Porffor does not look: it passes a string's place in its own memory as if it were a number.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  puts: { parameters: ["buffer"], result: "i32" },
});
symbols.puts("hello");
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  puts: { parameters: ["buffer"], result: "i32" },
});
symbols.puts(new TextEncoder().encode("hello\\0"));
```

## Fix

Where the same value can be written in the right kind, it is: `5n` for `5`, `5` for `5n`, `true` for `1`, `1` for
`true`.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import Array, BigInt, Boolean, CallSite, DlopenCall, Nothing, Number, Object, Text, Value
from ffi_core.types import Kind, Type
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.call_arguments import arguments, is_literal, word_of_type
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR

_NOUNS = {
    "number": "a number",
    "bigint": "a BigInt",
    "text": "a string",
    "boolean": "a truth value",
    "null": "null",
    "undefined": "undefined",
    "object": "an object",
}
# What each runtime refuses, by dialect and kind of type: tried with Deno 2.9, Bun 1.4, Node 26.10 and koffi 3.3, and
# tried again by tests/e2e/test_argument_rules.py.
_NO_NUMBER = "text boolean null undefined object"
_REFUSED = {
    "deno": {
        "bool": "number bigint text null undefined object",
        "small": f"bigint {_NO_NUMBER}",
        "float": f"bigint {_NO_NUMBER}",
        "wide": _NO_NUMBER,
        "address": "number bigint text boolean undefined object",
    },
    "bun": {
        "small": "text",
        "float": "text",
        "wide": _NO_NUMBER,
        "ptr": "text boolean object",
        "cstring": "boolean object",
        "buffer": f"number bigint {_NO_NUMBER}",
        "function": _NO_NUMBER,
    },
    "node": {
        "small": f"bigint {_NO_NUMBER}",
        "float": f"bigint {_NO_NUMBER}",
        "wide": f"number {_NO_NUMBER}",
        "address": "number boolean object",
    },
    "koffi": {
        "bool": "number bigint text null undefined object",
        "small": _NO_NUMBER,
        "float": _NO_NUMBER,
        "wide": _NO_NUMBER,
        "address": "boolean",
    },
    "porffor": {"small": "text", "float": "text", "wide": "text", "pointer": "text"},
}


_KINDS: dict[type[Value], str] = {
    Number: "number",
    BigInt: "bigint",
    Text: "text",
    Boolean: "boolean",
    Array: "object",
    Object: "object",
}


def check_site(call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Every argument that the runtime refuses, or takes for something else."""
    for index, (type_, value) in enumerate(arguments(call, site)):
        kind = _kind_of(value)
        if kind is not None and kind in _refused(call, site, index, type_).split():
            word = word_of_type(call, site, index)
            does = "passes its place in memory" if call.dialect == "porffor" else "throws"
            told = f"{_NOUNS[kind]} for a parameter of type {word or type_} of {site.symbol!r}"
            message = f"{told}; {dialect_of(call).title} {does}"
            yield Finding(value.span, message, site.symbol, _fixes(call, type_, value))


def _kind_of(value: Value) -> str | None:
    if isinstance(value, Nothing):
        return "undefined" if value.undefined else "null"
    return _KINDS.get(type(value))


def _refused(call: DlopenCall, site: CallSite, index: int, type_: Type) -> str:
    table = _REFUSED[call.dialect]
    match type_.kind:
        case Kind.INTEGER:
            return table.get("wide" if type_.size == 8 else "small", "")
        case Kind.BOOL:
            return table.get("bool", "")
        case Kind.FLOAT:
            return table.get("float", "")
        case Kind.POINTER | Kind.BUFFER | Kind.FUNCTION if call.dialect == "bun":
            # A word that is no string may be either, and only what all refuse is surely wrong.
            word = word_of_type(call, site, index)
            return table.get(word or "", table["cstring"] if type_.kind is Kind.BUFFER else table["ptr"])
        case Kind.POINTER | Kind.BUFFER | Kind.FUNCTION:
            return table.get("address", "") or table.get(type_.kind, "")
        case _:
            return ""


def _fixes(call: DlopenCall, type_: Type, value: Value) -> tuple[Fix, ...]:
    if not is_literal(call, value.span):
        return ()
    text = None
    match value:
        case Number(value=int() as number) if type_.kind is Kind.INTEGER:
            text = f"{number}n"
        case BigInt(value=number) if type_.kind in (Kind.INTEGER, Kind.FLOAT) and abs(number) < 1 << 53:
            text = str(number)
        case Number(value=0 | 1 as number) if type_.kind is Kind.BOOL:
            text = "true" if number else "false"
        case Boolean(value=truth) if type_.kind is Kind.INTEGER:
            text = str(int(truth)) + ("n" if call.dialect == "node" and type_.size == 8 else "")
    return (Fix(f"Write {text}", (Edit(value.span, text),)),) if text is not None else ()
