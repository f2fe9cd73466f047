"""A symbol whose name C has taken already.

## What it does

Finds symbols that are called like a function of C's `stdlib.h` or like a word of the language. Porffor only.

## Why is this bad

Porffor makes a C variable of the symbol's name, in a program that always includes `stdlib.h`. The C compiler
refuses it: "redeclared as different kind of symbol".

## Bad

```js
const { abs } = Porffor.dlopen("libc.so.6", {
  abs: { parameters: ["i32"], result: "i32" },
});
const five = abs(-5);
console.log(five);
```

## Good

```js
const { toupper } = Porffor.dlopen("libc.so.6", {
  toupper: { parameters: ["i32"], result: "i32" },
});
const letter = toupper(97);
console.log(letter);
```

## Fix

None: Porffor gives symbols no other name. A small library of one's own can.
"""

from __future__ import annotations

from collections.abc import Iterator

from ffi_core.model import DlopenCall
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.porffor_text import is_porffors
from ffi_lsp.rules.registry import Finding

SEVERITY = Severity.ERROR

# C11, 7.22
_STDLIB = """
abort abs aligned_alloc atexit atof atoi atol atoll at_quick_exit bsearch calloc div exit _Exit free getenv labs ldiv
llabs lldiv malloc mblen mbstowcs mbtowc qsort quick_exit rand realloc srand strtod strtof strtol strtold strtoll
strtoul strtoull system wcstombs wctomb
"""
# C11, 6.4.1
_KEYWORDS = """
auto break case char const continue default do double else enum extern float for goto if inline int long register
restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
"""
_TAKEN = {
    **dict.fromkeys(_STDLIB.split(), "a function of stdlib.h"),
    **dict.fromkeys(_KEYWORDS.split(), "a word of C"),
}


def check(call: DlopenCall, _facts: LibraryFacts) -> Iterator[Finding]:
    """Every key that is taken."""
    for entry in call.declarations if is_porffors(call) else ():
        if entry.name in _TAKEN:
            message = f"{entry.name!r} is {_TAKEN[entry.name]}; the program that Porffor makes does not compile"
            yield Finding(entry.name_span, message, entry.name)
