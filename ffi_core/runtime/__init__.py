"""Executing declarations: the one place of the project that loads native libraries.

`BACKEND` says who makes the calls: "fastcall", the C extension, or "cffi" where it could not be built or where
FFI_CORE_BACKEND=cffi asks for the portable path.
"""

from ffi_core.runtime.backend import BACKEND, get_errno, measure
from ffi_core.runtime.dlopen import Library, close, dlopen

__all__ = ["BACKEND", "Library", "close", "dlopen", "get_errno", "measure"]
