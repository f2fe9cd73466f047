"""A comment that looks like a suppression, but is none.

## What it does

Finds `ffi-ignore` comments without a code, with a code that no rule has, or without a reason, and an
`ffi-ignore-end` without its start. Such a comment silences nothing. The right forms are:

- `// ffi-ignore[FFI201]: reason` behind a line, or alone above it
- `/* ffi-ignore-start[FFI201]: reason */`, up to `/* ffi-ignore-end */` or the end of the file
- `// ffi-ignore-file[FFI201, FFI202]: reason` for the whole file

## Why is this bad

Who reads the comment next cannot tell what was ignored, nor whether it may be ignored still.

## Bad

```js
const { getpid } = Porffor.dlopen("libc.so.6", {
  getpid: { parameters: [], result: "i32" }, // ffi-ignore
});
```

## Good

```js
const { getpid_v2 } = Porffor.dlopen("libc.so.6", {
  // ffi-ignore[symbol-not-exported]: only in newer versions
  getpid_v2: { parameters: [], result: "i32" },
});
```

## Fix

None: only its author knows what was meant.
"""

from __future__ import annotations

from ffi_lsp.diagnostic import Severity

SEVERITY = Severity.WARNING
