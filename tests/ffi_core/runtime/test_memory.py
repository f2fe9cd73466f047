"""Memory by address: reading, writing, viewing, texts; and buffers, strings and out-parameters in calls."""

from __future__ import annotations

import array
import math
import struct
from collections.abc import Callable
from typing import Any

import pytest

import ffi_core
from ffi_core import address_of, cstring, read, view, write
from ffi_core.types import NATIVE_TYPES, Kind

Open = Callable[..., Any]
INTEGERS = [entry for entry in NATIVE_TYPES.values() if entry.kind is Kind.INTEGER]
BAD_ADDRESSES = [(None, ValueError), (0, ValueError), (-1, OverflowError), (2**64, OverflowError)] + [
    (value, TypeError) for value in (True, "x", b"x", 1.0, [])
]


@pytest.mark.parametrize("entry", INTEGERS, ids=str)
def test_integers_are_read_back_as_written_and_checked_like_arguments(entry: Any) -> None:
    block = bytearray(16)
    address = address_of(block) + 3
    for value in (entry.minimum, entry.maximum, 0):
        write(address, entry.name, value)
        assert read(address, entry.name) == value
        assert int.from_bytes(block[3 : 3 + entry.size], "little", signed=entry.signed) == value
        assert not any(block[:3] + block[3 + entry.size :])
    for value, error in ((entry.maximum + 1, OverflowError), (entry.minimum - 1, OverflowError), ("1", TypeError)):
        with pytest.raises(error, match=rf"write\(\): {entry}: "):
            write(address, entry.name, value)


def test_other_types_are_read_back_as_written() -> None:
    block = bytearray(16)
    address = address_of(block)
    pairs: list[tuple[Any, Any, Any]] = [
        ("f64", 0.1, 0.1),
        ("f64", 3, 3.0),
        ("f32", 0.1, struct.unpack("f", struct.pack("f", 0.1))[0]),
        ("f32", 1e300, math.inf),
        ("f32", -1e300, -math.inf),
        ("bool", True, True),
        ("bool", False, False),
        ("pointer", 16, 16),
        ("pointer", None, None),
        ("function", 2**64 - 1, 2**64 - 1),
        ({"struct": ["u8", "u16"]}, b"abcd", b"abcd"),
    ]
    for type_, value, expected in pairs:
        write(address, type_, value)
        assert read(address, type_) == expected
    write(address, "f64", math.nan)
    assert math.isnan(read(address, "f64"))
    block[0] = 2
    assert read(address, "bool") is True


def test_what_cannot_be_written_says_why() -> None:
    block = bytearray(8)
    address = address_of(block)
    for type_, value, error in (
        ("buffer", b"x", TypeError),
        ("void", None, TypeError),
        ("bool", 1, TypeError),
        ({"struct": ["u16"]}, b"x", ValueError),
        ({"struct": ["u16"]}, "xx", TypeError),
        ({"struct": ["u16"]}, memoryview(b"abcd")[::2], BufferError),
        ("i23", 1, ffi_core.SchemaError),
    ):
        with pytest.raises(error):
            write(address, type_, value)
    assert not any(block)


@pytest.mark.parametrize(("address", "error"), BAD_ADDRESSES)
def test_what_is_no_address_is_refused(address: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="address"):
        read(address, "i32")
    with pytest.raises(error, match="address"):
        write(address, "i32", 1)
    with pytest.raises(error, match="address"):
        view(address, 1)
    if address is not None:
        with pytest.raises(error, match="address"):
            cstring(address)


def test_a_view_is_the_memory_itself(opened: Open) -> None:
    library = opened(allocate="usize -> pointer", release="pointer -> void", fill="pointer usize u8 -> void")
    address = library.allocate(16)
    block = view(address, 16)
    assert (block.format, block.nbytes, block.readonly) == ("B", 16, False)
    library.fill(address, 16, 7)
    assert bytes(block) == bytes([7]) * 16
    block[3:5] = b"ab"
    assert read(address + 3, "u16") == int.from_bytes(b"ab", "little")
    assert bytes(view(address, 0)) == b""
    with pytest.raises(ValueError, match="negative"):
        view(address, -1)
    with pytest.raises(TypeError):
        view(address, 1.5)  # type: ignore[arg-type]
    library.release(address)


def test_texts_are_decoded_as_asked(opened: Open) -> None:
    library = opened(greeting="-> pointer", latin="-> buffer")
    assert cstring(library.greeting()) == "grüß dich"
    assert cstring(library.latin()) == "caf\udce9"
    assert cstring(library.latin(), "latin-1") == "café"
    assert cstring(library.latin(), errors="replace") == "caf\ufffd"
    with pytest.raises(UnicodeDecodeError):
        cstring(library.latin(), errors="strict")
    assert cstring(None) is None


def test_the_address_of_a_buffer_is_where_its_bytes_are(opened: Open) -> None:
    library = opened(echo_buffer="buffer -> pointer")
    for block in (bytearray(b"abc"), b"abc", array.array("i", [1, 2]), memoryview(bytearray(b"abc"))):
        assert address_of(block) == library.echo_buffer(block)
    assert read(address_of(array.array("i", [-5, 6])), "i32") == -5
    for wrong in ("text", 5, None, [1]):
        with pytest.raises(TypeError):
            address_of(wrong)
    with pytest.raises(BufferError):
        address_of(memoryview(b"abcd")[::2])


def test_only_none_is_null_and_an_empty_buffer_is_not(opened: Open) -> None:
    library = opened(echo_buffer="buffer -> pointer")
    assert library.echo_buffer(None) is None
    for empty in (b"", bytearray(), "", memoryview(b""), array.array("B")):
        assert library.echo_buffer(empty) is not None


def test_c_writes_into_the_buffers_it_is_given(opened: Open) -> None:
    library = opened(divide="i32 i32 buffer buffer -> bool", fill="buffer usize u8 -> void")
    quotient, remainder = bytearray(4), array.array("i", [0])
    assert library.divide(-17, 5, quotient, remainder) is True
    assert (int.from_bytes(quotient, "little", signed=True), remainder[0]) == (-3, -2)
    block = bytearray(8)
    library.fill(memoryview(block)[2:6], 4, 9)
    assert block == bytes([0, 0, 9, 9, 9, 9, 0, 0])


def test_an_out_pointer_is_read_back(opened: Open) -> None:
    library = opened(format={"parameters": ["buffer", "usize", "buffer", "...", "i32", "f64", "buffer", "pointer"],
                             "result": "i32"})  # fmt: skip
    out = bytearray(64)
    text = bytearray(b"text\0")
    assert library.format(out, 64, "%d %.2f %s %s", -5, 2.5, "grüß", address_of(text)) == 19
    assert cstring(address_of(out)) == "-5 2.50 grüß text"


def test_variadic_arguments_are_promoted_as_c_does(opened: Open) -> None:
    library = opened(
        sum_ints={"parameters": ["i32", "...", "i8", "u8", "i16", "u16", "bool", "i32"], "result": "i32"},
        sum_doubles={"parameters": ["i32", "...", "f32", "f64"], "result": "f64"},
        none={"parameters": ["i32", "..."], "result": "i32", "name": "sum_ints"},
    )
    assert library.sum_ints(6, -128, 255, -32768, 65535, True, -(2**31)) == -128 + 255 - 32768 + 65535 + 1 - 2**31
    assert library.sum_doubles(2, 0.5, 0.25) == 0.75
    assert library.none(0) == 0
    with pytest.raises(TypeError, match=r"sum_doubles\(\) takes 3 arguments \(i32, f32, f64\), 2 given"):
        library.sum_doubles(1, 0.5)
    with pytest.raises(OverflowError, match=r"argument 2 \(i8\): 128 is out of range"):
        library.sum_ints(1, 128, 0, 0, 0, False, 0)


def test_cffis_own_pointers_are_addresses(opened: Open) -> None:
    from cffi import FFI

    ffi = FFI()
    block = ffi.new("int[2]", [5, 6])
    library = opened(echo_pointer="pointer -> pointer", echo_function="function -> function")
    address = int(ffi.cast("uintptr_t", block))
    assert library.echo_pointer(block) == address
    assert library.echo_pointer(ffi.cast("void *", block)) == address
    assert library.echo_pointer(ffi.NULL) is None
    assert library.echo_function(ffi.cast("int(*)(int)", address)) == address
    assert read(block, "i32") == 5
    for wrong in (ffi.cast("int", 5), ffi.new("struct { int x; } *")[0]):
        with pytest.raises(TypeError):
            library.echo_pointer(wrong)
