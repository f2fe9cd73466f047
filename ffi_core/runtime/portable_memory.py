"""Raw memory by address through cffi: the portable twin of c/memory.h."""

from __future__ import annotations

from ffi_core.runtime.values import Held, cffi


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
    with memoryview(buffer) as block:  # type: ignore[arg-type]
        if not block.c_contiguous:
            raise BufferError("memoryview: underlying buffer is not C-contiguous")
    held = Held()
    try:
        return held.hold(buffer)
    finally:
        held.release()
