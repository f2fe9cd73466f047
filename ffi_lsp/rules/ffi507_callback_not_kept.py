"""A plain function for a callback that C keeps.

## What it does

Finds JavaScript functions that koffi is given for a callback of C functions which are known to call it later: `signal`,
`atexit`, SQLite's hooks and functions, GLFW's and SDL's callbacks. koffi only. Deno, Bun and Node keep each callback
until it is closed; FFI501 speaks of those.

## Why is this bad

koffi makes a callback of a plain function for the time of the call, and takes it back at its end. When C calls it
later, koffi throws in the middle of whatever the program does then.

## Bad

```js
import koffi from "koffi";
koffi.proto("void Handler(int number)");
const signal = koffi.load("libc.so.6").func("void *signal(int number, Handler *handler)");
signal(10, (number) => console.log(number));
```

## Good

```js
import koffi from "koffi";
const Handler = koffi.proto("void Handler(int number)");
const signal = koffi.load("libc.so.6").func("void *signal(int number, Handler *handler)");
signal(10, koffi.register((number) => console.log(number), koffi.pointer(Handler)));
```

## Fix

None: wrap it in `koffi.register(..., koffi.pointer(Type))`, and unregister it when C is done with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ffi_core.model import CallSite, DlopenCall, OriginKind
from ffi_lsp.diagnostic import Severity
from ffi_lsp.rules.facts import LibraryFacts
from ffi_lsp.rules.registry import Finding
from ffi_lsp.rules.schema_values import symbol_of

SEVERITY = Severity.ERROR
DIALECTS = frozenset({"koffi"})

# C11, 7.14 and 7.22.4; POSIX; https://sqlite.org/c3ref/funclist.html; GLFW's and SDL's references.
_KEEPS = re.compile(
    r"signal|sigset|atexit|at_quick_exit|on_exit|glfwSet\w+Callback|SDL_(?:AddEventWatch|SetEventFilter|AddTimer)"
    r"|sqlite3_(?:busy_handler|commit_hook|rollback_hook|update_hook|wal_hook|preupdate_hook|progress_handler|trace|trace_v2"
    r"|profile|set_authorizer|collation_needed|create_(?:function|window_function|collation)(?:16|_v2)?|auto_extension)"
)


def check_site(call: DlopenCall, _facts: LibraryFacts, site: CallSite) -> Iterator[Finding]:
    """Every such argument."""
    if not site.origins:
        return
    entry = call.declaration_of(site.symbol)
    symbol = symbol_of(call, entry) if entry is not None else None
    if symbol is None or not _KEEPS.fullmatch(symbol):
        return
    for origin, value in zip(site.origins, site.arguments.items, strict=False):
        if origin is not None and origin.kind is OriginKind.FUNCTION:
            message = (
                f"{symbol!r} calls this function later, but koffi keeps a plain function only during the call; "
                "pass what koffi.register gives"
            )
            yield Finding(value.span, message, site.symbol)
