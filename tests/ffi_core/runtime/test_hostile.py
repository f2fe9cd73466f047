"""Hostile use: each ends in an exception or a result, never in a crash, a hang or a silently wrong value.

Whatever could take the process along runs in one of its own, with a time limit.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ffi_core
from ffi_core import ClosedError

Survive = Callable[..., str]
ONE = {"struct": ["u8"]}


class Raises:
    """Raises wherever a conversion asks it for something."""

    def _fail(self, *_: object) -> Any:
        raise LookupError("asked")

    __index__ = __float__ = __len__ = __repr__ = __str__ = __buffer__ = _fail


@pytest.mark.parametrize("type_", ["i32", "u64", "f32", "f64", "pointer", "function"])
def test_an_object_that_raises_when_asked_raises_its_own_error(type_: str, opened: Callable[..., Any]) -> None:
    library = opened(f={"parameters": [type_], "result": "void", "name": "nothing"})
    with pytest.raises(LookupError, match="asked"):
        library.f(Raises())


@pytest.mark.parametrize("type_", ["bool", "buffer", ONE])
def test_an_object_that_is_not_asked_is_a_type_error(type_: Any, opened: Callable[..., Any]) -> None:
    library = opened(f={"parameters": [type_], "result": "void", "name": "nothing"})
    with pytest.raises((TypeError, LookupError)):
        library.f(Raises())


def test_an_object_that_closes_the_library_during_the_call_is_met_by_an_error(opened: Callable[..., Any]) -> None:
    for declared in ("i32 i32 -> i32", "f64 f64 -> f64", "pointer pointer -> pointer"):
        for nonblocking in (False, True):
            parameters, _, result = declared.partition(" -> ")
            library = opened(
                f={
                    "parameters": parameters.split(),
                    "result": result,
                    "name": "nothing",
                    "nonblocking": nonblocking,
                }
            )

            class Closes:
                def __index__(self, library: Any = library) -> int:
                    ffi_core.close(library)
                    return 1

                def __float__(self) -> float:
                    return float(self.__index__())

            with pytest.raises(ClosedError):
                library.f(Closes(), 1)


def test_a_struct_whose_buffer_closes_the_library_is_met_by_an_error(opened: Callable[..., Any]) -> None:
    library = opened(f={"parameters": [ONE, "i32"], "result": "void", "name": "nothing"})

    class Closes:
        def __index__(self) -> int:
            ffi_core.close(library)
            return 1

    with pytest.raises(ClosedError):
        library.f(b"\0", Closes())


def test_a_buffer_cannot_be_resized_or_released_while_c_has_it(opened: Callable[..., Any]) -> None:
    library = opened(f={"parameters": ["buffer", "i32", "function"], "result": "void", "name": "nothing"})
    block = bytearray(8)
    view = memoryview(bytearray(8))
    refused = []

    class Changes:
        def __init__(self, change: Callable[[], None]) -> None:
            self.change = change

        def __index__(self) -> int:
            try:
                self.change()
            except BufferError:
                refused.append(self.change)
            return 0

    for buffer, change in ((block, block.clear), (view, view.release)):
        with pytest.raises(OverflowError):
            library.f(buffer, Changes(change), -1)
    assert refused == [block.clear, view.release]
    # The locks are gone with the failed calls.
    block.append(1)
    view.release()


def test_a_released_view_is_refused(opened: Callable[..., Any]) -> None:
    view = memoryview(b"text")
    view.release()
    for parameter in ("buffer", ONE):
        library = opened(f={"parameters": [parameter], "result": "void", "name": "nothing"})
        with pytest.raises(ValueError, match="released"):
            library.f(view)


def test_many_buffers_at_once_are_all_locked_and_all_unlocked(opened: Callable[..., Any]) -> None:
    library = opened(f={"parameters": ["buffer"] * 40, "result": "void", "name": "nothing"})
    blocks = [bytearray(1) for _ in range(20)]
    others = [memoryview(bytearray(1)) for _ in range(20)]
    library.f(*blocks, *others)
    with pytest.raises(TypeError):
        library.f(*blocks, *others[:-1], 5)
    for block in blocks:
        block.append(1)
    for other in others:
        other.release()


def test_a_reference_is_neither_lost_nor_kept(opened: Callable[..., Any]) -> None:
    library = opened(
        f={"parameters": ["i64", "f64", "buffer", "pointer", "function"], "result": "void", "name": "nothing"},
        g={"parameters": [ONE, "buffer"], "result": ONE, "name": "one"},
    )
    values = [10**18 + 7, 1234.5, bytearray(b"abc"), 10**17 + 3, None]
    block = bytearray(1)
    before = [sys.getrefcount(value) for value in values[:4]] + [sys.getrefcount(block)]
    for _ in range(1000):
        library.f(*values)
        library.g(block, block)
        with pytest.raises(TypeError):
            library.f(*values[:-1], "x")
    assert [sys.getrefcount(value) for value in values[:4]] + [sys.getrefcount(block)] == before


def test_fifty_threads_call_and_close(survive: Survive) -> None:
    output = survive("""
ENTRY = {"answer": {"parameters": [], "result": "i32"},
         "one": {"parameters": [{"struct": ["u8"]}], "result": {"struct": ["u8"]}},
         "sum_of": {"parameters": ["i32", "function"], "result": "i32"},
         "wait_ms": {"parameters": ["i32"], "result": "i32", "nonblocking": True}}
shared = [dlopen(LIBRARY, ENTRY)]
stop = time.monotonic() + 3
wrong, closed = [], [0]
def work(number):
    with Callback(INT_TO_INT, lambda value: value) as callback:
        while time.monotonic() < stop:
            library = shared[0]
            try:
                if number % 10 == 0:
                    shared[0] = dlopen(LIBRARY, ENTRY)
                    ffi_core.close(library)
                    time.sleep(0.01)
                elif number % 3 == 0:
                    if library.wait_ms(0).result(30) != 0: wrong.append("wait_ms")
                elif number % 3 == 1:
                    if library.answer() != 42: wrong.append("answer")
                    if library.one(bytes([7])) != bytes([8]): wrong.append("one")
                else:
                    if library.sum_of(5, callback) != 10: wrong.append("sum_of")
            except (ffi_core.ClosedError, __import__("concurrent.futures").futures.CancelledError):
                closed[0] += 1
threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
sys.setswitchinterval(1e-5)
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not wrong, wrong[:5]
print("done")
""")
    assert output == "done\n"


@pytest.mark.parametrize("where", ["same thread", "c thread", "nonblocking"])
def test_a_callback_can_close_the_library_that_calls_it(where: str, survive: Survive) -> None:
    output = survive(f"""
where = {where!r}
library = dlopen(LIBRARY, declare(in_thread="function i32 -> i32", sum_of="i32 function -> i32")
    | {{"waiting": {{"parameters": ["i32", "function"], "result": "i32", "name": "sum_of", "nonblocking": True}}}})
def close(value):
    ffi_core.close(library)
    return value + 1
callback = Callback(INT_TO_INT, close)
print(library.in_thread(callback, 41) if where == "c thread"
      else library.sum_of(10, callback) if where == "same thread" else library.waiting(10, callback).result(30))
try: library.sum_of(1, callback)
except ffi_core.ClosedError: print("closed")
""")
    assert output == ("42" if where == "c thread" else "55") + "\nclosed\n"


def test_a_library_is_closed_while_another_thread_is_inside_a_callback_of_it(survive: Survive) -> None:
    survive("""
for turn in range(20):
    library = dlopen(LIBRARY, declare(sum_of="i32 function -> i32", callback_struct={
        "parameters": ["function", {"struct": ["u8", "f64"]}], "result": {"struct": ["u8", "f64"]}}))
    inside, go = threading.Event(), threading.Event()
    def wait(*values):
        inside.set()
        go.wait(10)
        return values[0]
    struct = turn % 2
    definition = {"parameters": [{"struct": ["u8", "f64"]}, "i32"], "result": {"struct": ["u8", "f64"]}}
    callback = Callback(definition if struct else INT_TO_INT, wait)
    call = (lambda: library.callback_struct(callback, bytes(16))) if struct else (lambda: library.sum_of(3, callback))
    thread = threading.Thread(target=call)
    thread.start()
    inside.wait(10)
    ffi_core.close(library)
    go.set()
    thread.join()
""")


def test_exceptions_at_the_recursion_limit_come_out(survive: Survive) -> None:
    output = survive("""
library = dlopen(LIBRARY, declare(sum_of="i32 function -> i32"))
deepest = 0
def descend(value):
    global deepest
    deepest = max(deepest, value)
    with Callback(INT_TO_INT, lambda _: descend(value + 1)) as callback:
        return library.sum_of(1, callback)
for _ in range(3):
    try: descend(0)
    except RecursionError: print("RecursionError")
assert deepest > 50, deepest
""")
    assert output == "RecursionError\n" * 3


def test_a_signal_that_comes_during_callbacks_is_raised(survive: Survive) -> None:
    output = survive("""
import signal
library = dlopen(LIBRARY, declare(sum_of="i32 function -> i32"))
def slow(value):
    for _ in range(100): pass
    return value
for _ in range(10):
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt("alarm")))
    with Callback(INT_TO_INT, slow) as callback:
        try:
            while True: library.sum_of(2000, callback)
        except KeyboardInterrupt: print("interrupted")
""")
    assert output == "interrupted\n" * 10


def test_python_exits_while_a_thread_of_c_goes_on_calling_back(survive: Survive) -> None:
    output = survive("""
library = dlopen(LIBRARY, declare(repeat_in_thread="function i32 -> void"))
count = 0
def tick(value):
    global count
    count += 1
    return value
callback = Callback(INT_TO_INT, tick)
for _ in range(4): library.repeat_in_thread(callback, 1)
while count < 100: time.sleep(0.001)
print("ticked")
""")
    assert output == "ticked\n"


@pytest.mark.skipif(ffi_core.BACKEND == "cffi", reason="cffi's own entry needs Python; docs/runtime.md says so")
def test_a_callback_after_python_has_gone_gets_zeros(survive: Survive) -> None:
    output = survive("""
library = dlopen(LIBRARY, declare(call_at_exit="function -> void"))
callback = Callback(INT_TO_INT, lambda value: value + 1)
library.call_at_exit(callback)
print("leaving", flush=True)
""")
    assert output == "leaving\nat exit: 0\n"


def test_python_exits_with_calls_still_running_and_queued(survive: Survive) -> None:
    output = survive(
        """
library = dlopen(LIBRARY, {"wait_ms": {"parameters": ["i32"], "result": "i32", "nonblocking": True}})
futures = [library.wait_ms(60_000) for _ in range(40)]
library.wait_ms
print("leaving")
""",
        seconds=30,
    )
    assert output == "leaving\n"


def test_calls_in_exit_handlers_work_or_say_why_not(survive: Survive) -> None:
    output = survive("""
import atexit
library = dlopen(LIBRARY, {"wait_ms": {"parameters": ["i32"], "result": "i32", "nonblocking": True},
                           "answer": {"parameters": [], "result": "i32"}})
@atexit.register
def last():
    print(library.answer())
    try: print(library.wait_ms(1).result(10))
    except RuntimeError: print(1)
""")
    assert output == "42\n1\n"


def test_a_forked_child_hears_that_its_parents_calls_are_not_its_own(survive: Survive) -> None:
    output = survive("""
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
library = dlopen(LIBRARY, {"wait_ms": {"parameters": ["i32"], "result": "i32", "nonblocking": True},
                           "answer": {"parameters": [], "result": "i32"}})
futures = [library.wait_ms(500) for _ in range(40)]
time.sleep(0.05)
child = os.fork()
if not child:
    try:
        for future in futures:
            try: future.result(20)
            except RuntimeError as error: assert "parent" in str(error)
            else: os._exit(1)
        assert library.answer() == 42
        assert library.wait_ms(1).result(20) == 1
        ffi_core.close(library)
        os._exit(0)
    except BaseException:
        import traceback
        traceback.print_exc()
    os._exit(2)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert [future.result(20) for future in futures] == [500] * 40
print("both")
""")
    assert output == "both\n"


def test_a_fork_inside_a_callback_leaves_both_sides_working(survive: Survive) -> None:
    output = survive("""
library = dlopen(LIBRARY, declare(sum_of="i32 function -> i32", answer="-> i32"))
def fork(value):
    child = os.fork()
    if not child:
        assert library.answer() == 42
        ffi_core.close(library)
        os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
with Callback(INT_TO_INT, fork) as callback: print(library.sum_of(3, callback))
""")
    assert output == "21\n"


def test_exit_inside_a_callback_is_the_programs_exit(survive: Survive) -> None:
    survive(
        """
library = dlopen(LIBRARY, declare(sum_of="i32 function -> i32"))
with Callback(INT_TO_INT, lambda value: sys.exit(value + 3)) as callback: library.sum_of(1, callback)
""",
        code=3,
    )


def test_everything_is_dropped_in_the_middle_of_a_call(survive: Survive) -> None:
    output = survive("""
import gc
def drop(value):
    global library, callback
    library = callback = None
    gc.collect()
    return value
library = dlopen(LIBRARY, declare(sum_of="i32 function -> i32"))
callback = Callback(INT_TO_INT, drop)
print(library.sum_of(4, callback))
""")
    assert output == "6\n"


def test_closing_from_many_threads_at_once_is_fine(survive: Survive) -> None:
    survive("""
for _ in range(100):
    library = dlopen(LIBRARY, {"wait_ms": {"parameters": ["i32"], "result": "i32", "nonblocking": True}})
    library.wait_ms(1)
    threads = [threading.Thread(target=ffi_core.close, args=(library,)) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
""")


def test_a_closed_library_is_unloaded_once_nothing_runs_in_it(survive: Survive) -> None:
    output = survive("""
library = dlopen(LIBRARY, declare(sum_of="i32 function -> i32"))
def loaded():
    with open("/proc/self/maps") as maps: return "libconformance" in maps.read()
def close(value):
    ffi_core.close(library)
    print(loaded())
    return value
with Callback(INT_TO_INT, close) as callback: library.sum_of(1, callback)
print(loaded())
""")
    assert output == "True\nFalse\n"


def test_callbacks_come_and_go_while_threads_of_c_call_them(survive: Survive) -> None:
    output = survive("""
sys.unraisablehook = lambda report: stale.append(report.exc_type)
library = dlopen(LIBRARY, declare(in_threads="function i32 -> i32", in_thread="function i32 -> i32"))
stop, stale, wrong = time.monotonic() + 2, [], []
def work(number):
    while time.monotonic() < stop:
        callback = Callback(INT_TO_INT, lambda value: value + number)
        closer = threading.Thread(target=callback.close)
        try:
            if number % 2: closer.start()
            # Zeros where the callback was closed first; never another callback's answer.
            answer = library.in_thread(callback, 1000)
            if answer not in (1000 + number, 0): wrong.append(answer)
            if library.in_threads(callback, 4) not in range(0, 7 + 4 * number): wrong.append("sum")
        except ffi_core.ClosedError: stale.append(None)
        finally:
            if number % 2: closer.join()
            callback.close()
threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
sys.setswitchinterval(1e-5)
for thread in threads: thread.start()
for thread in threads: thread.join()
assert not wrong, wrong[:5]
assert set(stale) <= {None, ffi_core.ClosedError}, set(stale)
print("done")
""")
    assert output == "done\n"


def test_a_pipe_on_the_library_path_does_not_hang_the_loader(survive: Survive, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "libpipe.so")
    output = survive(f"""
os.environ["LD_LIBRARY_PATH"] = {str(tmp_path)!r}
try: dlopen("libpipe.so", {{}})
except ffi_core.LibraryLoadError as error: print(error.reason.value)
""")
    assert output == "not-a-library\n"


def test_an_interrupt_while_a_value_is_converted_leaves_nothing_locked(opened: Callable[..., Any]) -> None:
    library = opened(f={"parameters": ["buffer", "i32", ONE], "result": "void", "name": "nothing"})
    plain = opened(f={"parameters": ["buffer", "i32"], "result": "void", "name": "nothing"})
    block = bytearray(4)

    class Interrupts:
        def __index__(self) -> int:
            raise KeyboardInterrupt

    for call in (lambda: library.f(block, Interrupts(), b"x"), lambda: plain.f(block, Interrupts())):
        with pytest.raises(KeyboardInterrupt):
            call()
        block.append(1)


def test_a_struct_that_holds_itself_is_refused_in_no_time() -> None:
    loop: dict[str, Any] = {"struct": ["u8"]}
    loop["struct"] += [loop, loop]
    with pytest.raises(ffi_core.SchemaError, match="nested more than"):
        ffi_core.sizeof(loop)
    doubling: Any = "u8"
    for _ in range(30):
        doubling = {"struct": [doubling, doubling]}
    with pytest.raises(ffi_core.SchemaError, match="larger than 65536 bytes"):
        ffi_core.sizeof(doubling)
    many = {"parameters": ["i32"] * 10**6, "result": "void"}
    with pytest.raises(ffi_core.SchemaError, match="8000000 bytes of arguments"):
        ffi_core.Function(1, many)
