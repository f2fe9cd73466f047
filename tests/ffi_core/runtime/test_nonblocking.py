"""Nonblocking calls: checked at once, run without the GIL, waited for with or without asyncio, cancelled, closed."""

from __future__ import annotations

import asyncio
import concurrent.futures
import inspect
import threading
from pathlib import Path
from typing import Any

import pytest

import ffi_core
from ffi_core import Callback, ClosedError, Future

INT_TO_INT = {"parameters": ["i32"], "result": "i32"}


@pytest.fixture
def library(conformance: Path) -> Any:
    def waiting(*parameters: Any) -> dict[str, Any]:
        return {"parameters": list(parameters), "result": "i32", "nonblocking": True}

    schema = {
        "wait_ms": waiting("i32"),
        "fail_with": waiting("i32"),
        "wait_and_sum": waiting("i32", "buffer", "usize"),
        "sum_of": waiting("i32", "function"),
        "gone": waiting() | {"optional": True},
        "one": {"parameters": [{"struct": ["u8"]}], "result": {"struct": ["u8"]}, "nonblocking": True},
        "answer": {"parameters": [], "result": "i32"},
    }
    library = ffi_core.dlopen(conformance, schema)
    yield library
    ffi_core.close(library)


def occupy(library: Any) -> tuple[threading.Event, list[Future]]:
    """Fill the pool with calls that wait for an event, so that whatever comes next stays in the queue."""
    go, ready = threading.Event(), threading.Semaphore(0)

    def wait(_: int) -> int:
        ready.release()
        go.wait(30)
        return 0

    callback = Callback(INT_TO_INT, wait)
    busy = [library.sum_of(1, callback) for _ in range(32)]
    assert ready.acquire(timeout=30)
    return go, busy


def test_a_call_gives_a_future_with_the_result_and_its_errno(library: Any) -> None:
    future = library.wait_ms(3)
    assert isinstance(future, Future)
    assert future.result(30) == 3
    assert future.errno == 3
    assert library.fail_with(12).result(30) == -1
    assert library.one(b"\x01").result(30) == b"\x02"


def test_arguments_are_checked_at_the_call(library: Any) -> None:
    with pytest.raises(TypeError, match=r"wait_ms\(\) takes 1 argument \(i32\), 0 given"):
        library.wait_ms()
    with pytest.raises(OverflowError):
        library.wait_ms(2**31)
    with pytest.raises(TypeError, match=r"wait_ms\(\) argument 1 \(i32\): expected an int, not str"):
        library.wait_ms("3")
    with pytest.raises(ValueError, match="expected exactly 1 bytes, not 2"):
        library.one(b"12")


def test_futures_can_be_awaited_together(library: Any) -> None:
    async def gather() -> list[Any]:
        return await asyncio.gather(*(library.wait_ms(ms) for ms in range(40)))

    assert asyncio.run(gather()) == list(range(40))


def test_an_awaited_call_leaves_the_loop_free(library: Any) -> None:
    async def run() -> int:
        turns = 0
        task = asyncio.ensure_future(asyncio.wrap_future(library.wait_ms(50)))
        while not task.done():
            await asyncio.sleep(0.001)
            turns += 1
        return turns

    assert asyncio.run(run()) > 1


def test_futures_work_with_concurrent_futures(library: Any) -> None:
    futures = [library.wait_ms(ms) for ms in (1, 2, 3)]
    assert {future.result() for future in concurrent.futures.as_completed(futures, 30)} == {1, 2, 3}
    with pytest.raises(TimeoutError):
        library.wait_ms(300).result(0.001)


def test_a_buffer_is_locked_until_the_call_is_over_and_no_longer(library: Any) -> None:
    block = bytearray(b"\x01" * 100)
    future = library.wait_and_sum(50, block, 100)
    with pytest.raises(BufferError):
        block.append(1)
    assert future.result(30) == 100
    block.append(1)


def test_arguments_stay_alive_until_the_end(library: Any) -> None:
    futures = [library.wait_and_sum(20, bytearray([value]) * 64, 64) for value in range(1, 21)]
    assert [future.result(30) for future in futures] == [64 * value for value in range(1, 21)]


def test_an_exception_of_a_callback_is_the_futures(library: Any) -> None:
    def fail(value: int) -> int:
        raise KeyError(value)

    with Callback(INT_TO_INT, fail) as callback:
        future = library.sum_of(2, callback)
        with pytest.raises(KeyError) as caught:
            future.result(30)
        assert len(caught.value.__notes__) == 1


@pytest.mark.parametrize("error", [StopIteration, KeyError, GeneratorExit])
def test_whatever_a_callback_raises_an_awaiting_coroutine_hears_of_it(error: type[BaseException], library: Any) -> None:
    def fail(value: int) -> int:
        raise error

    async def run() -> None:
        with Callback(INT_TO_INT, fail) as callback:
            await asyncio.wait_for(library.sum_of(1, callback), 30)

    with pytest.raises(RuntimeError if error is StopIteration else error):
        asyncio.run(run())


def test_what_has_not_started_can_be_cancelled(library: Any) -> None:
    go, busy = occupy(library)
    block = bytearray(4)
    queued = library.wait_and_sum(0, block, 4)
    assert queued.cancel()
    # Cancelling lets go of the arguments at once.
    block.append(1)
    go.set()
    with pytest.raises(concurrent.futures.CancelledError):
        queued.result(30)
    assert concurrent.futures.wait([queued], 30).not_done == set()
    assert [future.result(30) for future in busy] == [0] * len(busy)
    assert not busy[0].cancel()


def test_cancelling_an_awaiting_task_cancels_the_queued_call(library: Any) -> None:
    go, _ = occupy(library)

    async def run() -> Future:
        future: Future = library.wait_ms(0)

        async def wait() -> Any:
            return await future

        task = asyncio.create_task(wait())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return future

    try:
        assert asyncio.run(run()).cancelled()
    finally:
        go.set()


def test_closing_waits_for_what_runs_and_cancels_what_is_queued(library: Any) -> None:
    go, busy = occupy(library)
    queued = library.wait_ms(0)
    threading.Timer(0.1, go.set).start()
    ffi_core.close(library)
    assert queued.cancelled()
    assert all(future.done() for future in busy)
    with pytest.raises(ClosedError, match=r"wait_ms\(\): its library is closed"):
        library.wait_ms(1)


def test_a_callback_of_a_nonblocking_call_can_close_the_library(conformance: Path) -> None:
    schema = {"sum_of": {"parameters": ["i32", "function"], "result": "i32", "nonblocking": True}}
    library = ffi_core.dlopen(conformance, schema)

    def close(value: int) -> int:
        ffi_core.close(library)
        return value

    with Callback(INT_TO_INT, close) as callback:
        assert library.sum_of(4, callback).result(30) == 6


def test_a_missing_optional_symbol_is_none(library: Any) -> None:
    assert library.gone is None


def test_a_nonblocking_function_shows_what_it_is(library: Any) -> None:
    assert str(inspect.signature(library.wait_ms)) == "(i32, /)"
    assert "Nonblocking" in library.wait_ms.__doc__
    assert repr(library.wait_ms).startswith("<nonblocking ")
    assert library.wait_ms.__name__ == "wait_ms"


def test_more_calls_than_threads_all_finish(library: Any) -> None:
    futures = [library.wait_ms(1) for _ in range(200)]
    assert sum(future.result(30) for future in futures) == 200
    # Two pools' worth at the very most, though other tests may have threads of ours, too.
    assert sum(thread.name == "ffi_core" for thread in threading.enumerate()) <= 32


def test_a_plain_call_of_the_same_library_goes_on_meanwhile(library: Any) -> None:
    future = library.wait_ms(100)
    assert library.answer() == 42
    assert future.result(30) == 100
