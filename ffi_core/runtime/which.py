"""Which backend makes the calls of this process; decided once."""

from __future__ import annotations

import os


def _wanted() -> str:
    asked = os.environ.get("FFI_CORE_BACKEND", "")
    if asked not in ("", "fastcall", "cffi"):
        raise ImportError(f"FFI_CORE_BACKEND is {asked!r}; it can be 'fastcall' or 'cffi'")
    if asked == "cffi":
        return "cffi"
    try:
        from ffi_core.runtime import _fastcall  # noqa: F401
    except ImportError:
        if asked:
            raise
        return "cffi"
    return "fastcall"


BACKEND = _wanted()
"""`"fastcall"` or `"cffi"`."""
