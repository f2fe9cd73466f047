"""C prototypes: which header declares a symbol, and what it says. Headers are read in a process of their own.

The names below are loaded when they are asked for: whoever only judges a text needs few of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ffi_core.headers.abi import Abi, abi_for, abi_of, host_abi
    from ffi_core.headers.cache import PrototypeTable
    from ffi_core.headers.finding import Found, find_in_headers, find_prototypes
    from ffi_core.headers.native import NotNativeError, native_type, signature_of
    from ffi_core.headers.reading import available_parsers, read_headers
    from ffi_core.headers.request import HeaderError, HeaderFailure, HeaderRequest, Parser
    from ffi_core.headers.settings import HeaderSettings, mentioned_headers

__all__ = [
    "Abi",
    "Found",
    "HeaderError",
    "HeaderFailure",
    "HeaderRequest",
    "HeaderSettings",
    "NotNativeError",
    "Parser",
    "PrototypeTable",
    "abi_for",
    "abi_of",
    "available_parsers",
    "find_in_headers",
    "find_prototypes",
    "host_abi",
    "mentioned_headers",
    "native_type",
    "read_headers",
    "signature_of",
]

_PLACES = {
    "abi": ("Abi", "abi_for", "abi_of", "host_abi"),
    "cache": ("PrototypeTable",),
    "finding": ("Found", "find_in_headers", "find_prototypes"),
    "native": ("NotNativeError", "native_type", "signature_of"),
    "reading": ("available_parsers", "read_headers"),
    "request": ("HeaderError", "HeaderFailure", "HeaderRequest", "Parser"),
    "settings": ("HeaderSettings", "mentioned_headers"),
}
_MODULE_OF = {name: module for module, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    """A name of another module, loaded now and kept."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    return value
