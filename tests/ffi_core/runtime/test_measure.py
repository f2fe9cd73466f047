"""Timing: so many calls are made, arguments are converted once, and what the call raises is raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import ffi_core
from ffi_core import Callback, ClosedError
from ffi_core.runtime import measure

Open = Callable[..., Any]
INT_TO_INT = {"parameters": ["i32"], "result": "i32"}


def test_so_many_calls_are_made(opened: Open) -> None:
    library = opened(
        count_up="-> i32", f={"parameters": ["f64", "f32", *["i32"] * 12], "result": "f64", "name": "weigh0"}
    )
    before = library.count_up()
    assert measure(library.count_up, (), 1000) > 0
    assert library.count_up() == before + 1001
    assert measure(library.f, (0.5, 0.5, *range(12)), 100) > 0
    for none in (0, -5):
        assert measure(library.count_up, (), none) >= 0
    assert library.count_up() == before + 1002


def test_time_grows_with_the_calls(opened: Open) -> None:
    library = opened(wait_ms="i32 -> i32")
    assert measure(library.wait_ms, (2,), 10) >= 20_000_000


def test_callbacks_are_timed_on_every_thread_and_their_exceptions_are_raised(opened: Open) -> None:
    library = opened(in_thread="function i32 -> i32", sum_of="i32 function -> i32")
    calls = []
    with Callback(INT_TO_INT, lambda value: calls.append(value) or value) as callback:
        # The thread needs the GIL, which the timing loop must not hold.
        assert measure(library.in_thread, (callback, 7), 20) > 0
    assert calls == [7] * 20

    def fail(value: int) -> int:
        raise KeyError(value)

    with Callback(INT_TO_INT, fail) as callback, pytest.raises(KeyError):
        measure(library.sum_of, (1, callback), 3)


def test_structs_are_timed_too(opened: Open) -> None:
    one = {"struct": ["u8"]}
    library = opened(one={"parameters": [one], "result": one})
    assert measure(library.one, (b"\0",), 10) > 0


def test_what_the_call_would_raise_is_raised(opened: Open) -> None:
    library = opened(answer="-> i32", length="buffer -> u64")
    with pytest.raises(TypeError, match=r"length\(\) argument 1 \(buffer\)"):
        measure(library.length, (5,), 10)
    with pytest.raises(TypeError, match="takes no arguments, 1 given"):
        measure(library.answer, (5,), 10)
    block = bytearray(b"text\0")
    measure(library.length, (block,), 10)
    block.append(1)
    ffi_core.close(library)
    with pytest.raises(ClosedError):
        measure(library.answer, (), 10)
