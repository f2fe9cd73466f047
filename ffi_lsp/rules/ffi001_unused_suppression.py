"""A comment that silences a rule which has nothing to say.

## What it does

Finds `ffi-ignore` comments, and single codes in them, that take no finding away.

## Why is this bad

The mistake that it was for has been mended, or has moved. What stays behind will hide the next one.

## Bad

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" }, // ffi-ignore[FFI201]: only in newer versions
});
```

## Good

```js
const { getpid_v2 } = Porffor.dlopen("libc.so.6", {
  getpid_v2: { parameters: [], result: "i32" }, // ffi-ignore[FFI201]: only in newer versions
});
```

## Fix

The comment is removed, or the code that silences nothing is taken out of it.
"""

from __future__ import annotations

from ffi_lsp.diagnostic import Severity, Tag

SEVERITY = Severity.WARNING
TAGS = (Tag.UNNECESSARY,)
