"""Python values to what cffi passes, and back: the portable twin of c/convert.h, with the same checks and errors."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any, SupportsFloat, SupportsIndex

from ffi_core.runtime.messages import address_from
from ffi_core.types import Kind, NativeType, StructType, Type

_EMPTY = bytes(1)
_ADDRESSES = (Kind.POINTER, Kind.BUFFER, Kind.FUNCTION)


class UnfitError(Exception):
    """A value that its native type does not take; `error` is the class of the exception that the caller sees."""

    def __init__(self, error: type[Exception]) -> None:
        self.error = error


class Held:
    """What must stay locked and alive until a native call is over."""

    def __init__(self) -> None:
        self.blocks: list[Any] = []

    def hold(self, value: object) -> int:
        """Lock a buffer; its address, which is NULL for some empty ones."""
        ffi = cffi()
        block = ffi.from_buffer(value)
        self.blocks.append(block)
        return int(ffi.cast("uintptr_t", block))

    def release(self) -> None:
        """Unlock everything."""
        while self.blocks:
            cffi().release(self.blocks.pop())


@cache
def cffi() -> Any:
    """The one FFI object, with the loader's functions declared. cffi is loaded when something needs it first."""
    from cffi import FFI

    ffi = FFI()
    ffi.cdef(
        "void *dlopen(const char *, int); void *dlsym(void *, const char *); int dlclose(void *); char *dlerror(void);"
    )
    return ffi


def c_name(type_: Type) -> str:
    """How cffi is told of a type. Addresses are integers there, so that no conversion happens behind our back."""
    if isinstance(type_, StructType):
        return _struct_name(type_)
    if type_.kind in _ADDRESSES:
        return "uintptr_t"
    # A bool result is read as a byte: C code that leaves another value than 0 and 1 is common, and cffi refuses it.
    return "uint8_t" if type_.kind is Kind.BOOL else type_.c_type


def contiguous(value: Any) -> memoryview:
    """A view of a bytes-like object whose bytes lie one behind the other.

    Raises
    ------
    UnfitError: it is no bytes-like object. BufferError: it is not contiguous. ValueError: a memoryview was released.
    """
    try:
        view = memoryview(value)
    except TypeError:
        raise UnfitError(TypeError) from None
    if not view.c_contiguous:
        view.release()
        raise BufferError("memoryview: underlying buffer is not C-contiguous")
    return view


def to_native(type_: Type, value: Any, held: Held) -> Any:
    """A checked value in the form that cffi passes.

    Raises
    ------
    UnfitError: naming the error that the caller should see.
    ClosedError: for a Callback that was closed.
    """
    if isinstance(type_, StructType):
        return _struct(type_, value)
    match type_.kind:
        case Kind.INTEGER:
            return _integer(type_, value)
        case Kind.FLOAT:
            return _float(value)
        case Kind.BOOL:
            return _bool(value)
        case Kind.BUFFER:
            return _buffer(value, held)
        case _:
            return _address(type_, value)


def from_native(type_: Type) -> Callable[[Any], Any]:
    """The function that turns what cffi gives for a type into the value that Python sees."""
    if isinstance(type_, StructType):
        return _struct_bytes
    if type_.kind is Kind.BOOL:
        return bool
    if type_.kind in _ADDRESSES:
        return _address_or_none
    return _as_is


def variadic_argument(type_: Type, value: Any) -> Any:
    """An argument behind the ``...``, after C's default promotions: floats travel as double, small integers as int."""
    ffi = cffi()
    if isinstance(type_, StructType):
        return value
    if type_.kind is Kind.FLOAT:
        return ffi.cast("double", value)
    if type_.kind in _ADDRESSES:
        return ffi.cast("void *", value)
    if type_.kind is Kind.BOOL or type_.size < 4:
        return ffi.cast("int", value)
    return ffi.cast(c_name(type_), value)


_struct_names: dict[StructType, str] = {}
_struct_lock = Lock()


def _struct_name(type_: StructType) -> str:
    fields = "".join(f"{c_name(field)} f{index}; " for index, field in enumerate(type_.fields))
    with _struct_lock:
        name = _struct_names.get(type_)
        if name is None:
            name = f"struct ffi_core_{len(_struct_names)}"
            cffi().cdef(f"{name} {{ {fields}}};")
            _struct_names[type_] = name
    return name


def _struct(type_: StructType, value: Any) -> Any:
    with contiguous(value) as view:
        if view.nbytes != type_.size:
            raise UnfitError(ValueError)
        ffi = cffi()
        struct = ffi.new(f"{c_name(type_)} *")
        ffi.memmove(struct, view, type_.size)
    return struct[0]


def _struct_bytes(struct: Any) -> bytes:
    ffi = cffi()
    return bytes(ffi.buffer(ffi.addressof(struct)))


def _as_is(value: Any) -> Any:
    return value


def _address_or_none(address: int) -> int | None:
    return address or None


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise UnfitError(TypeError)


def _integer(type_: NativeType, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, SupportsIndex):
        raise UnfitError(TypeError)
    number = operator.index(value)
    if not type_.minimum <= number <= type_.maximum:
        raise UnfitError(OverflowError)
    return number


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, SupportsFloat | SupportsIndex):
        raise UnfitError(TypeError)
    try:
        return float(value)
    except OverflowError:
        if isinstance(value, int):
            raise UnfitError(OverflowError) from None
        raise


def _address(type_: Type, value: object) -> int:
    if value is None:
        return 0
    address = value if isinstance(value, int) and not isinstance(value, bool) else address_from(type_, value)
    if address is None:
        raise UnfitError(TypeError)
    if not 0 <= address < 2**64:
        raise UnfitError(OverflowError)
    return address


def _buffer(value: object, held: Held) -> int:
    if value is None:
        return 0
    if isinstance(value, str):
        if "\0" in value:
            raise UnfitError(ValueError)
        value = value.encode() + b"\0"
    contiguous(value).release()
    return held.hold(value) or held.hold(_EMPTY)
