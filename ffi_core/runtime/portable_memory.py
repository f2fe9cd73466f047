"""Raw memory by address through cffi: the portable twin of c/memory.h."""

from __future__ import annotations

from ffi_core.runtime.values import Held, UnfitError, cffi, contiguous


def view(address: int, size: int, /) -> memoryview:
    """A writable view of `size` bytes."""
    ffi = cffi()
    return memoryview(ffi.buffer(ffi.cast("char *", address), size)).cast("B")


def string(address: int, /) -> bytes:
    """The bytes up to the NUL."""
    ffi = cffi()
    text: bytes = ffi.string(ffi.cast("char *", address))
    return text


def address_of(buffer: object, /) -> int:
    """The address of a buffer's first byte."""
    try:
        contiguous(buffer).release()
    except UnfitError:
        raise TypeError(f"a bytes-like object is required, not {type(buffer).__name__!r}") from None
    held = Held()
    try:
        return held.hold(buffer)
    finally:
        held.release()
