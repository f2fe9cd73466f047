"""Calls of every kind leave no memory behind: the kinds are the bench's, which makes ten million of them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from call_soak import SOURCE, kinds, resident_kib, run

NAMES = [
    *["plain", "large int", "floats", "pointer", "bytes", "bytearray", "memoryview", "text", "fresh text"],
    *["many buffers", "errno", "wrong type", "out of range", "wrong count", "second buffer wrong", "struct"],
    *["wrong struct", "variadic", "callback", "callback that raises", "callback with structs", "nonblocking"],
    *["new callback", "open and close"],
]


@pytest.fixture(scope="module")
def calls(compile_library: Callable[..., Path]) -> dict[str, tuple[int, Callable[[], object]]]:
    return {name: (cost, call) for name, cost, call in kinds(compile_library(SOURCE, "libsoak.so"))}


def test_every_kind_of_the_bench_is_tested(calls: dict[str, tuple[int, Callable[[], object]]]) -> None:
    assert list(calls) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_calls_leave_no_memory_behind(name: str, calls: dict[str, tuple[int, Callable[[], object]]]) -> None:
    cost, call = calls[name]
    count = 20_000 // min(cost, 100)
    # Long enough for every bounded cache, such as that of closed callbacks, to be full.
    run(call, 5000 if name == "new callback" else max(count // 4, 50))
    gc.collect()
    blocks, resident = sys.getallocatedblocks(), resident_kib()
    run(call, count)
    gc.collect()
    # One block for each call would be hundreds; a few come and go with the interpreter's own caches.
    assert sys.getallocatedblocks() - blocks < 60
    assert resident_kib() - resident < 1024
