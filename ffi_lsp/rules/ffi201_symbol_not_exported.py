"""A symbol that neither the library nor those it needs export.

## What it does

Looks each declared symbol up in the file of the library, and then in the libraries that it needs, as `dlsym`
does.

## Why is this bad

Porffor does not look at the answer of `dlsym`: the program compiles, runs, and crashes at the first call. The
other runtimes refuse to open the library. The reasons are a slip of the keyboard, a version of the library
that does not have the symbol yet or any more, a function that is a macro in C, or a C++ function without
`extern "C"`.

## Bad

```js
const { ilogg } = Porffor.dlopen("libm.so.6", {
  ilogg: { parameters: ["f64"], result: "i32" },
});
console.log(ilogg(8));
```

## Good

```js
const { ilogb, toupper } = Porffor.dlopen("libm.so.6", {
  ilogb: { parameters: ["f64"], result: "i32" },
  toupper: { parameters: ["i32"], result: "i32" }, // exported by libc.so.6, which libm.so.6 needs
});
console.log(ilogb(8));
```

## Fix

Where an exported name is near, the symbol is renamed to it: its key, its binding and every use. That is a safe fix
where the two differ by one slip of the keyboard. There is none for a macro, for a name that C++ has mangled, and for
one of an old version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ffi_core.library import is_slip
from ffi_core.model import DlopenCall, SourceDeclaration
from ffi_lsp.diagnostic import Fix, Severity
from ffi_lsp.rules.edits import rename_symbol, text_edit
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import is_static, may_be_missing, renaming_field, symbol_of, symbol_span

SEVERITY = Severity.ERROR


def check_declaration(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration) -> Iterator[Finding]:
    """The symbol, if the library does not have it, where all of its exports are known."""
    if facts.library is None or not facts.complete:
        return
    symbol = symbol_of(call, entry)
    if symbol is not None and facts.find(symbol) is None and not may_be_missing(call, entry):
        yield _finding(call, facts, entry, symbol)


def _finding(call: DlopenCall, facts: LibraryFacts, entry: SourceDeclaration, symbol: str) -> Finding:
    elsewhere = ", nor does any library that it needs" if facts.needed else ""
    message = f"{facts.title} does not export {symbol!r}{elsewhere}"
    reason = _reason(facts, symbol)
    if reason is not None:
        return Finding(symbol_span(call, entry), f"{message}: {reason}", entry.name)
    nearest = facts.nearest(symbol)
    found = facts.find(nearest) if nearest is not None else None
    declared = facts.prototypes.get(symbol)
    if declared is not None and declared.where:
        message = f"{message}; C declares it in {declared.where}, for another version or another library"
    if nearest is None or found is None or found[0].callable == is_static(call, entry):
        return Finding(symbol_span(call, entry), message, entry.name)
    message = f"{message}; did you mean {nearest!r}?"
    renamed = renaming_field(call, entry)
    if renamed is not None:
        fix: Fix | None = Fix(f"Rename to {nearest!r}", (text_edit(call, renamed.value.span, nearest),))
    else:
        fix = rename_symbol(call, entry, nearest)
    if fix is None:
        return Finding(symbol_span(call, entry), message, entry.name)
    # Another function would be called, one that nobody may have meant.
    fix = replace(fix, safe=fix.safe and is_slip(symbol, nearest))
    return Finding(symbol_span(call, entry), message, entry.name, (fix,))


def _reason(facts: LibraryFacts, symbol: str) -> str | None:
    """Why a library lacks a name that somebody did give to something in it, where that is known."""
    prototype, astray = facts.prototypes.get(symbol), facts.astray.get(symbol)
    if prototype is not None and prototype.is_macro:
        nearest = facts.nearest(symbol)
        behind = f"; it may stand for {nearest!r}" if nearest is not None and nearest.strip("_") == symbol else ""
        return f"in C it is a macro, `{prototype}` ({prototype.where}){behind}"
    if astray is None:
        return None
    if astray.old_version is not None:
        return f"it has it in version {astray.old_version} alone, for programs that were linked long ago"
    written = f", which is `{astray.signature}`" if astray.signature else ""
    return f'it is exported as {astray.mangled!r}{written}; C++ has to declare it with extern "C"'
