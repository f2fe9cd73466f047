"""One door to both backends: opening, binding, callbacks, raw memory, timing."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from ffi_core.model import Declaration, Signature
from ffi_core.runtime.messages import signature_of
from ffi_core.runtime.which import BACKEND
from ffi_core.types import StructType

__all__ = [
    "address_of",
    "bind",
    "get_errno",
    "measure",
    "open_callback",
    "open_library",
    "prepare",
    "string",
    "view",
]


class NativeLibrary(Protocol):
    """An open library: gives addresses, can be closed."""

    @property
    def closed(self) -> bool:
        """Whether close() was called."""

    def address(self, name: str, /) -> int | None:
        """The address of an exported symbol, or None."""

    def close(self) -> None:
        """Unload when no call is under way any more."""

    def discard(self) -> None:
        """Unload at once a library of which nothing was called."""


class NativeCallback(Protocol):
    """What C calls; the address is None once closed."""

    @property
    def address(self) -> int | None:
        """What C calls."""

    def close(self) -> None:
        """Make the address useless."""


# cffi and its parser take a while to load, so portable.py is imported where it is needed: at once without the
# extension, else for the first struct, variadic function or very long signature.
if BACKEND == "fastcall":
    from ffi_core.runtime import _fastcall, fast

    get_errno, view, string, address_of = _fastcall.get_errno, _fastcall.view, _fastcall.string, _fastcall.address_of
else:
    from ffi_core.runtime.portable import get_errno
    from ffi_core.runtime.portable_memory import address_of, string, view


def open_library(path: str | None) -> NativeLibrary:
    """Load a library.

    Parameters
    ----------
    path: a name as dlopen(3) takes it; None for the process itself.

    Raises
    ------
    OSError: with the loader's own words.
    """
    if BACKEND == "fastcall":
        return fast.Library(path)
    from ffi_core.runtime import portable

    return portable.Library(path)


def bind(library: Any, address: int, declaration: Declaration) -> Callable[..., Any]:
    """A Python function that calls the native one at `address`, on the fast path where the signature allows it."""
    doc = document(declaration)
    if BACKEND == "fastcall":
        function = fast.bind(library, address, declaration, doc)
        if function is not None:
            return function
    from ffi_core.runtime import portable

    return portable.bind(library, address, declaration, doc)


def prepare(function: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
    """Convert the arguments of a bound function; the job that is given back makes the call when it is run.

    Raises
    ------
    TypeError, OverflowError, ValueError, BufferError, ClosedError: as the call itself would.
    """
    if BACKEND == "fastcall" and fast.is_bound(function):
        return _fastcall.prepare(function, arguments)
    from ffi_core.runtime import portable

    return portable.prepare(function, arguments)


def open_callback(declaration: Declaration, function: Callable[..., Any]) -> NativeCallback:
    """An address under which C can call a Python function."""
    if BACKEND == "fastcall":
        callback = fast.open_callback(declaration, function)
        if callback is not None:
            return callback
    from ffi_core.runtime import portable

    return portable.Callback(declaration, function)


def document(declaration: Declaration) -> str:
    """The docstring of a bound function; its first line is the text signature that `inspect` reads."""
    listed, shown = _shown(signature_of(declaration))
    name = declaration.name
    renamed = f" (C name {declaration.symbol})" if declaration.symbol != name else ""
    return f"{name}({listed})\n--\n\nNative function {name}{shown}{renamed}."


@lru_cache(maxsize=1024)
def _shown(signature: Signature) -> tuple[str, str]:
    """A signature as `inspect` reads it, and as people do.

    Each parameter is called by its type, numbered where the type stands more than once.
    """
    types = signature.parameters
    words = ["struct" if isinstance(parameter, StructType) else parameter.name for parameter in types]
    names = [f"{word}_{index + 1}" if words.count(word) > 1 else word for index, word in enumerate(words)]
    return ", ".join([*names, "/"]) if names else "", str(signature)


def measure(function: Callable[..., Any], arguments: tuple[object, ...], count: int) -> int:
    """Time calls of a bound function.

    Parameters
    ----------
    function: as `dlopen` gave it.
    arguments: its arguments; converted once, before the clock starts, where the fast path times the loop.
    count: number of calls.

    Returns
    -------
    Nanoseconds for all of them: of a native loop on the fast path, of a Python loop elsewhere.

    Raises
    ------
    What the call itself would raise.
    """
    if BACKEND == "fastcall" and fast.is_bound(function):
        return _fastcall.measure(function, arguments, count)
    turns = range(count)
    start = time.perf_counter_ns()
    for _ in turns:
        function(*arguments)
    return time.perf_counter_ns() - start
