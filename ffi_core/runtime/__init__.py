"""Executing declarations: the one place of the project that loads native libraries.

`BACKEND` says who makes the calls: "fastcall", the C extension, or "cffi" where it could not be built or where
FFI_CORE_BACKEND=cffi asks for the portable path.
"""

from ffi_core.runtime.backend import get_errno, measure
from ffi_core.runtime.callback import Callback
from ffi_core.runtime.dlopen import Library, close, dlopen
from ffi_core.runtime.function import Function
from ffi_core.runtime.memory import address_of, cstring, read, view, write
from ffi_core.runtime.nonblocking import Future
from ffi_core.runtime.which import BACKEND

__all__ = [
    "BACKEND",
    "Callback",
    "Function",
    "Future",
    "Library",
    "address_of",
    "close",
    "cstring",
    "dlopen",
    "get_errno",
    "measure",
    "read",
    "view",
    "write",
]
