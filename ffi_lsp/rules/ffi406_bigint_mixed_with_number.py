"""A 64-bit result, which is a BigInt, compared or calculated with a number.

## What it does

Finds calls whose result is declared with 64 bits as an operand beside a number literal. Deno, Bun and Node give such
results as BigInt; koffi and Bun's `i64_fast` give a number where it is safe.

## Why is this bad

`===` between the two is always false, whatever the values, and arithmetic throws a TypeError.

## Bad

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  labs: { parameters: ["i64"], result: "i64" },
});
if (symbols.labs(-3) === 3) console.log("never");
```

## Good

```js
const { symbols } = Deno.dlopen("libc.so.6", {
  labs: { parameters: ["i64"], result: "i64" },
});
if (symbols.labs(-3) === 3n) console.log("always");
```

## Fix

The number becomes a BigInt.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import CallSite, DlopenCall, Number, Object, Text
from ffi_core.types import Kind
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.call_arguments import declaration_of, is_literal, signature_of
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"deno", "bun", "node"})

_STRICT = {"===", "!=="}
_ARITHMETIC = {"+", "-", "*", "/", "%", "**", "&", "|", "^", "<<", ">>", ">>>"}


def check_site(call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Such an operation; ``==`` and ``<`` compare the two kinds by value."""
    if not isinstance(site.operand, Number):
        return
    declaration, signature = declaration_of(call, site), signature_of(call, site)
    if signature is None or (declaration is not None and declaration.nonblocking):
        return
    type_ = signature.result
    wide = type_.kind is Kind.INTEGER and type_.size == 8
    if wide and site.operator in _STRICT | _ARITHMETIC and not _word(call, site.symbol).endswith("_fast"):
        does = f"is always {str(site.operator == '!==').lower()}" if site.operator in _STRICT else "throws"
        message = f"{site.symbol!r} gives a BigInt ({type_}); `{site.operator}` with a number {does}"
        number = site.operand.value
        fixable = isinstance(number, int) and is_literal(call, site.operand.span)
        fix = Fix(f"Write {number}n", (Edit(site.operand.span, f"{number}n"),))
        yield Finding(site.operand.span, message, site.symbol, (fix,) if fixable else ())


def _word(call: DlopenCall, symbol: str) -> str:
    entry = call.declaration_of(symbol)
    field = entry.value.get(dialect_of(call).result) if entry and isinstance(entry.value, Object) else None
    return field.value.value if field is not None and isinstance(field.value, Text) else ""
