"""The portable path: cffi makes the call. It serves what the fast path does not cover, and machines without it.

Conversions and errors are those of the fast path, so that a program cannot tell the two apart but by speed; one thing
differs: cffi releases the GIL during every call.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from functools import cache
from typing import Any, SupportsFloat, SupportsIndex, cast

from ffi_core.errors import ClosedError
from ffi_core.model import Declaration
from ffi_core.runtime.messages import (
    address_from,
    describe_argument,
    describe_arity,
    signature_of,
)
from ffi_core.types import Kind, NativeType, Type

_LOADER = (
    "void *dlopen(const char *, int); void *dlsym(void *, const char *); int dlclose(void *); char *dlerror(void);"
)
_EMPTY = bytes(1)


@cache
def _ffi() -> Any:
    from cffi import FFI

    ffi = FFI()
    ffi.cdef(_LOADER)
    return ffi


@cache
def _loader() -> Any:
    loader = _ffi().dlopen(None)
    # cffi looks a function up when it is used first, and that look-up would wipe dlerror's message.
    for name in ("dlopen", "dlsym", "dlclose", "dlerror"):
        getattr(loader, name)
    return loader


class Library:
    """An open library: gives addresses, can be closed.

    Parameters
    ----------
    path: a name as dlopen(3) takes it; None for the process itself.

    Raises
    ------
    OSError: with the loader's own words.
    """

    def __init__(self, path: str | None) -> None:
        ffi, loader = _ffi(), _loader()
        self._handle = loader.dlopen(ffi.NULL if path is None else os.fsencode(path), os.RTLD_NOW | os.RTLD_LOCAL)
        if not self._handle:
            words = loader.dlerror()
            raise OSError(ffi.string(words).decode(errors="replace") if words else "dlopen failed")

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._handle is None

    def address(self, name: str, /) -> int | None:
        """The address of an exported symbol, or None."""
        if self._handle is None:
            raise ClosedError("the library is closed")
        return int(_ffi().cast("uintptr_t", _loader().dlsym(self._handle, name.encode()))) or None

    def close(self) -> None:
        """Unload."""
        handle, self._handle = self._handle, None
        if handle is not None:
            _loader().dlclose(handle)


def get_errno() -> int:
    """`errno` as this thread's last call through cffi left it."""
    return int(_ffi().errno)


def bind(library: Library | None, address: int, declaration: Declaration, doc: str) -> Callable[..., Any]:
    """A Python function that calls the native one at `address`.

    Parameters
    ----------
    library: what keeps the code in memory; None for a bare address.
    address: of the native function.
    declaration: its types; a function's.
    doc: the docstring, with the text signature in front.
    """
    ffi = _ffi()
    signature = signature_of(declaration)
    parameters = signature.parameters
    c_types = ", ".join(_c_type(parameter) for parameter in parameters) or "void"
    native = ffi.cast(f"{_c_type(signature.result)}(*)({c_types})", address)
    from_native = _result_reader(signature.result)
    count = len(parameters)

    def call(*arguments: object) -> Any:
        if len(arguments) != count:
            raise TypeError(describe_arity(declaration, len(arguments)))
        held: list[Any] = []
        try:
            values = []
            for index, value in enumerate(arguments):
                try:
                    values.append(_to_native(parameters[index], value, held))
                except _UnfitError as unfit:
                    raise unfit.error(describe_argument(declaration, index, value)) from None
            if library is not None and library.closed:
                raise ClosedError(f"{declaration.name}(): its library is closed")
            ffi.errno = 0
            return from_native(native(*values))
        finally:
            for buffer in held:
                ffi.release(buffer)

    head, _, body = doc.partition("\n--\n\n")
    call.__name__ = call.__qualname__ = declaration.name
    call.__doc__ = body
    names = head[len(declaration.name) + 1 : -1].replace(", /", "").split(", ") if parameters else []
    call.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in names]
    )
    return call


def _c_type(type_: Type) -> str:
    if type_.kind in (Kind.POINTER, Kind.BUFFER, Kind.FUNCTION):
        return "uintptr_t"
    # _Bool results are read as a byte: C code that leaves another value there is common, and cffi would refuse it.
    return "uint8_t" if type_.kind is Kind.BOOL else cast("NativeType", type_).c_type


def _result_reader(type_: Type) -> Callable[[Any], Any]:
    if type_.kind is Kind.BOOL:
        return bool
    if type_.kind in (Kind.POINTER, Kind.BUFFER, Kind.FUNCTION):
        return lambda address: address or None
    return lambda value: value


class _UnfitError(Exception):
    """A value that its native type does not take; `error` is the class of the exception that the caller sees."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error


def _to_native(type_: Type, value: Any, held: list[Any]) -> Any:
    match type_.kind:
        case Kind.INTEGER:
            return _integer(cast("NativeType", type_), value)
        case Kind.FLOAT:
            return _float(value)
        case Kind.BOOL:
            return _bool(value)
        case Kind.BUFFER:
            return _buffer(value, held)
        case _:
            return _address(value)


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise _UnfitError(TypeError)


def _integer(type_: NativeType, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise _UnfitError(TypeError)
    number = value.__index__()
    if not type_.minimum <= number <= type_.maximum:
        raise _UnfitError(OverflowError)
    return number


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, SupportsFloat | SupportsIndex):
        raise _UnfitError(TypeError)
    try:
        return float(value)
    except OverflowError:
        if isinstance(value, int):
            raise _UnfitError(OverflowError) from None
        raise


def _address(value: object) -> int:
    address = value if isinstance(value, int) and not isinstance(value, bool) else address_from(value)
    if value is None:
        return 0
    if address is None:
        raise _UnfitError(TypeError)
    if not 0 <= address < 2**64:
        raise _UnfitError(OverflowError)
    return address


def _buffer(value: object, held: list[Any]) -> int:
    if value is None:
        return 0
    if isinstance(value, str):
        if "\0" in value:
            raise _UnfitError(ValueError)
        value = value.encode() + b"\0"
    try:
        view = memoryview(value)  # type: ignore[arg-type]
    except TypeError:
        raise _UnfitError(TypeError) from None
    with view:
        if not view.c_contiguous:
            raise BufferError("memoryview: underlying buffer is not C-contiguous")
    return _hold(value, held) or _hold(_EMPTY, held)


def _hold(value: object, held: list[Any]) -> int:
    ffi = _ffi()
    block = ffi.from_buffer(value)
    held.append(block)
    return int(ffi.cast("uintptr_t", block))
