"""Which backend makes the calls, and one way to bind that serves both."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any, Protocol

from ffi_core.model import Declaration
from ffi_core.runtime.messages import signature_of


class NativeLibrary(Protocol):
    """An open library: gives addresses, can be closed."""

    def address(self, name: str, /) -> int | None:
        """The address of an exported symbol, or None."""

    def close(self) -> None:
        """Unload."""


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
        from ffi_core.runtime import fast

        return fast.Library(path)
    from ffi_core.runtime import portable

    return portable.Library(path)


def bind(library: Any, address: int, declaration: Declaration) -> Callable[..., Any]:
    """A Python function that calls the native one at `address`, on the fast path where the signature allows it."""
    doc = document(declaration)
    if BACKEND == "fastcall":
        from ffi_core.runtime import fast

        function = fast.bind(library, address, declaration, doc)
        if function is not None:
            return function
    from ffi_core.runtime import portable

    return portable.bind(library, address, declaration, doc)


def document(declaration: Declaration) -> str:
    """The docstring of a bound function; its first line is the text signature that `inspect` reads."""
    names = parameter_names(declaration)
    listed = ", ".join([*names, "/"]) if names else ""
    renamed = f" (C name {declaration.symbol})" if declaration.symbol != declaration.name else ""
    return f"{declaration.name}({listed})\n--\n\nNative function {declaration}{renamed}."


def parameter_names(declaration: Declaration) -> list[str]:
    """A name for each parameter: its type, numbered where the type stands more than once."""
    words = [
        parameter.kind.value if parameter.kind == "struct" else str(parameter)
        for parameter in signature_of(declaration).parameters
    ]
    return [f"{word}_{index + 1}" if words.count(word) > 1 else word for index, word in enumerate(words)]


def get_errno() -> int:
    """`errno` as this thread's last foreign call left it; 0 where the call did not set it."""
    if BACKEND == "fastcall":
        from ffi_core.runtime import _fastcall

        return _fastcall.get_errno()
    from ffi_core.runtime import portable

    return portable.get_errno()


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
    if BACKEND == "fastcall":
        from ffi_core.runtime import _fastcall

        if type(function).__name__ == "builtin_function_or_method":
            return _fastcall.measure(function, arguments, count)
    turns = range(count)
    start = time.perf_counter_ns()
    for _ in turns:
        function(*arguments)
    return time.perf_counter_ns() - start
