"""Memory by address: reading and writing one value, viewing a block, C strings, the address of a buffer.

An address is believed: only NULL and what is no address at all are refused, and a wrong one crashes as it would in C.
"""

from __future__ import annotations

import operator
import struct
from typing import Any

from ffi_core.runtime import backend
from ffi_core.runtime.messages import address_from, describe_value
from ffi_core.runtime.values import Held, UnfitError, contiguous, to_native
from ffi_core.schema import read_type
from ffi_core.types import NATIVE_TYPES, Kind, StructType, Type

_FORMATS = {
    "bool": "B",
    "i8": "b",
    "u8": "B",
    "i16": "h",
    "u16": "H",
    "i32": "i",
    "u32": "I",
    "i64": "q",
    "u64": "Q",
} | {
    "isize": "q",
    "usize": "Q",
    "f32": "f",
    "f64": "d",
    "pointer": "Q",
    "buffer": "Q",
    "function": "Q",
}


def read(address: Any, type_: Any) -> Any:
    """Read one value.

    Parameters
    ----------
    address: int, or a cffi pointer.
    type_: as in a schema: ``"i32"``, or ``{"struct": [...]}``, which gives bytes.

    Raises
    ------
    SchemaError: no such type. TypeError, OverflowError, ValueError: no address, or NULL.
    """
    return read_value(_address(address), _sized(type_))


def read_value(address: int, type_: Type) -> Any:
    """Read one value of a type that is known to have a size."""
    block = backend.view(address, type_.size)
    if isinstance(type_, StructType):
        return bytes(block)
    (value,) = struct.unpack(f"={_FORMATS[type_.name]}", block)
    if type_.kind is Kind.BOOL:
        return value != 0
    return (value or None) if type_.kind in (Kind.POINTER, Kind.BUFFER, Kind.FUNCTION) else value


def write(address: Any, type_: Any, value: Any) -> None:
    """Write one value, checked as an argument of that type would be.

    Parameters
    ----------
    address: int, or a cffi pointer.
    type_: as in a schema; a struct takes a bytes-like object of its size, a pointer an int or None.
    value: what to write. For ``"buffer"`` write the address as ``"pointer"``: a buffer's lock ends with the call.

    Raises
    ------
    SchemaError: no such type. TypeError, OverflowError, ValueError: as for an argument; NULL is a ValueError.
    """
    target, found = _address(address), _sized(type_)
    if found.kind is Kind.BUFFER:
        raise TypeError("write() cannot keep a buffer alive; write its address as 'pointer', with address_of()")
    try:
        if isinstance(found, StructType):
            _write_struct(target, found, value)
            return
        native = to_native(found, value, Held())
    except UnfitError as unfit:
        raise unfit.error(f"write(): {found}: {describe_value(found, value)}") from None
    if found.name == "f32":
        # struct.pack refuses what C rounds to infinity.
        native = _to_f32(native)
    backend.view(target, found.size)[:] = struct.pack(f"={_FORMATS[found.name]}", native)


def view(address: Any, size: int) -> memoryview:
    """A writable view of `size` bytes at an address. Nothing keeps that memory alive: it is C's.

    Raises
    ------
    TypeError, OverflowError, ValueError: no address, NULL, or a size below 0.
    """
    length = operator.index(size)
    if length < 0:
        raise ValueError(f"view(): the size cannot be negative: {length}")
    return backend.view(_address(address), length)


def cstring(address: Any, encoding: str = "utf-8", errors: str = "surrogateescape") -> str | None:
    """The text at an address, up to its NUL; None for None.

    Parameters
    ----------
    address: int, None, or a cffi pointer.
    encoding, errors: as for `bytes.decode`.
    """
    return None if address is None else backend.string(_address(address)).decode(encoding, errors)


def address_of(buffer: Any) -> int:
    """The address of a buffer's first byte. It is good for as long as the object lives and is not resized.

    Raises
    ------
    TypeError: no bytes-like object. BufferError: it is not contiguous.
    """
    if isinstance(buffer, str):
        raise TypeError("address_of() takes a bytes-like object, not str: encode it, and keep the bytes alive")
    return backend.address_of(buffer)


def _write_struct(address: int, type_: StructType, value: Any) -> None:
    with contiguous(value) as block:
        if block.nbytes != type_.size:
            raise UnfitError(ValueError)
        backend.view(address, type_.size)[:] = block.cast("B")


def _sized(type_: Any) -> Type:
    found = read_type(type_)
    if found.kind is Kind.VOID:
        raise TypeError("'void' has no size; nothing can be read or written")
    return found


def _address(value: Any) -> int:
    pointer = NATIVE_TYPES["pointer"]
    number = value if isinstance(value, int) and not isinstance(value, bool) else address_from(pointer, value)
    if number is None and value is not None:
        raise TypeError(f"address: {describe_value(pointer, value)}")
    if not number:
        raise ValueError("the address is NULL")
    if not 0 < number < 2**64:
        raise OverflowError(f"address: {describe_value(pointer, number)}")
    return number


def _to_f32(number: float) -> float:
    try:
        struct.pack("=f", number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    return number
