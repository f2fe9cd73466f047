"""Another number of parameters than C's.

## What it does

Compares the number of declared parameters with the prototype in the library's header. For a variadic function it is
those before the `...` that must be there.

## Why is this bad

Nobody checks the count at run time. What is missing is whatever was left in the register: a wrong number at best, an
address that leads anywhere at worst. What is too much is dropped.

## Bad

```js
const { symbols } = Deno.dlopen("libm.so.6", {
  pow: { parameters: ["f64"], result: "f64" },
});
```

## Good

```js
const { symbols } = Deno.dlopen("libm.so.6", {
  pow: { parameters: ["f64", "f64"], result: "f64" },
});
```

## Fix

The parameters that C has, as far as the dialect has words for them. Not a safe fix: the calls have to follow.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.headers.native import NotNativeError, signature_of
from ffi_core.model import Array, DlopenCall, Mismatch, MismatchKind, SourceDeclaration
from ffi_lsp.diagnostic import Edit, Fix, Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.prototype_findings import field_of, finding, mismatches, spelling_of, stands_in
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import dialect_of

SEVERITY = Severity.ERROR


def check_declaration(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """Too few or too many parameters."""
    for mismatch in mismatches(facts, entry, MismatchKind.ARITY):
        yield finding(call, entry, mismatch, _fixes(call, facts, entry, mismatch))


def _fixes(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration, mismatch: Mismatch) -> tuple[Fix, ...]:
    dialect, prototype = dialect_of(call), facts.prototypes.get(mismatch.symbol)
    parameters = field_of(entry, dialect.parameters)
    written = parameters is not None and isinstance(parameters.value, Array) and stands_in(entry, parameters.value.span)
    if parameters is None or not written or prototype is None or prototype.variadic or facts.abi is None:
        return ()
    try:
        signature = signature_of(prototype, facts.abi)
    except NotNativeError:
        return ()
    words = [spelling_of(dialect, type_, is_result=False) for type_ in signature.parameters]
    if None in words:
        return ()
    text = ", ".join(f'"{word}"' for word in words)
    return (Fix(f"Declare the parameters as C does: {text}", (Edit(parameters.value.span, f"[{text}]"),), safe=False),)
