"""C prototypes: which header declares a symbol, and what it says. Headers are read in a process of their own."""

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
