"""ffi_core: dlopen for Python with the argument shape of Porffor and Deno, and the facts that judge a declaration.

>>> from ffi_core import dlopen
>>> lib = dlopen("libm.so.6", {"cos": {"parameters": ["f64"], "result": "f64"}})
>>> lib.cos(0.0)
1.0
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ffi_core.errors import (
    ClosedError,
    FFIError,
    LibraryLoadError,
    LibraryNotFoundError,
    SchemaError,
    SymbolNotFoundError,
)
from ffi_core.schema import alignof, offsets, sizeof

if TYPE_CHECKING:
    from ffi_core.runtime.backend import get_errno
    from ffi_core.runtime.callback import Callback
    from ffi_core.runtime.dlopen import Library, close, dlopen
    from ffi_core.runtime.function import Function
    from ffi_core.runtime.memory import address_of, cstring, read, view, write
    from ffi_core.runtime.nonblocking import Future
    from ffi_core.runtime.which import BACKEND

__version__ = "0.1.0"

__all__ = [
    "BACKEND",
    "Callback",
    "ClosedError",
    "FFIError",
    "Function",
    "Future",
    "Library",
    "LibraryLoadError",
    "LibraryNotFoundError",
    "SchemaError",
    "SymbolNotFoundError",
    "address_of",
    "alignof",
    "close",
    "cstring",
    "dlopen",
    "get_errno",
    "offsets",
    "read",
    "sizeof",
    "view",
    "write",
]


def __getattr__(name: str) -> Any:
    """Load the runtime when a program first asks for it; the checker never does."""
    if name in __all__:
        from ffi_core import runtime

        value = getattr(runtime, name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'ffi_core' has no attribute {name!r}")
