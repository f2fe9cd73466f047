"""Nonblocking calls: a bounded pool of threads runs prepared jobs without the GIL, each behind a future."""

from __future__ import annotations

import inspect
import os
import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future as ConcurrentFuture
from typing import Any, Protocol
from weakref import WeakSet

from ffi_core.runtime.identity import NativeHandle


class Job(Protocol):
    """A call whose arguments are converted."""

    errno: int

    def run(self) -> Any:
        """Make the call without the GIL."""


class Future(ConcurrentFuture[Any]):
    """The result of a nonblocking call: awaited under asyncio, or waited for by ``result(timeout)`` without it.

    `errno` is what the call left, once it is done. Cancelling works until the call starts.
    """

    def __init__(self, job: Job) -> None:
        super().__init__()
        self._job: Job | None = job
        self._errno = 0

    def perform(self) -> None:
        """Run the job, unless it was cancelled meanwhile. The pool's threads call this, once."""
        if not self.set_running_or_notify_cancel():
            return
        job, self._job = self._job, None
        if job is None:
            raise RuntimeError("a future is performed once")
        _current.future = self
        try:
            value = job.run()
        except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the future
            self._errno = job.errno
            self.set_exception(_awaitable(error))
        else:
            self._errno = job.errno
            self.set_result(value)
        finally:
            _current.future = None

    def cancel(self) -> bool:
        """Cancel the call unless it has started, and let go of its arguments."""
        cancelled = super().cancel()
        if cancelled:
            self._job = None
        return cancelled

    def forsake(self) -> None:
        """Say, in a forked child, that the thread which was to make the call is the parent's."""
        # Another thread of the parent may have held the lock.
        self._condition = threading.Condition()
        if not self.done():
            self.set_exception(RuntimeError("the nonblocking call belongs to the parent of this forked process"))

    @property
    def errno(self) -> int:
        """`errno` as the call left it; 0 before it is done."""
        return self._errno

    def __await__(self) -> Generator[Any, None, Any]:
        # Who awaits has loaded asyncio; who does not is spared its thirty milliseconds.
        import asyncio

        return asyncio.wrap_future(self).__await__()


def _awaitable(error: BaseException) -> BaseException:
    """An exception as a coroutine can raise it: asyncio refuses StopIteration and would wait for ever (PEP 479)."""
    if not isinstance(error, StopIteration):
        return error
    wrapped = RuntimeError("a callback raised StopIteration")
    wrapped.__cause__ = error
    return wrapped


class Calls:
    """The nonblocking calls of one library, so that closing it can cancel the queued and wait for the running ones."""

    def __init__(self) -> None:
        self._open: set[Future] = set()
        _all_calls.add(self)

    def submit(self, job: Job) -> Future:
        """Queue a job."""
        future = Future(job)
        self._open.add(future)
        future.add_done_callback(self._open.discard)
        try:
            _pool.submit(future)
        except BaseException:
            future.cancel()
            raise
        return future

    def forsake(self) -> None:
        """In a forked child: nobody is left to make these calls."""
        for future in tuple(self._open):
            future.forsake()

    def finish(self) -> None:
        """Cancel what is queued, wait for what runs; not for the call that this very thread is inside of."""
        started = [future for future in tuple(self._open) if not future.cancel()]
        for future in started:
            if future is not getattr(_current, "future", None):
                # Whatever it raised is for whoever holds the future.
                future.exception()


class NonblockingFunction(NativeHandle):
    """A bound function whose calls give futures.

    Parameters
    ----------
    function: the blocking one.
    prepare: converts arguments for it, raising at once what is wrong with them.
    calls: the library's calls.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        prepare: Callable[[Callable[..., Any], tuple[object, ...]], Job],
        calls: Calls,
    ) -> None:
        self._function, self._prepare, self._calls = function, prepare, calls
        self.__name__ = self.__qualname__ = function.__name__
        self.__doc__ = f"{function.__doc__}\n\nNonblocking: a call gives a future."

    @property
    def __signature__(self) -> inspect.Signature:
        # Made when somebody asks: inspect parses the text signature of a builtin as Python.
        return inspect.signature(self._function)

    def __call__(self, *arguments: object) -> Future:
        return self._calls.submit(self._prepare(self._function, arguments))

    def __repr__(self) -> str:
        return f"<nonblocking {self._function!r}>"


_current = threading.local()


class _Pool:
    """Daemon threads, made when they are needed: one that is stuck in C must not keep Python from exiting."""

    def __init__(self, size: int) -> None:
        self._size = size
        self.reset()

    def reset(self) -> None:
        """Forget the threads: in a forked child they are gone, and one of them may hold the lock for ever."""
        self._queue: deque[Future] = deque()
        self._wake = threading.Condition(threading.Lock())
        self._threads = self._idle = 0

    def submit(self, future: Future) -> None:
        with self._wake:
            self._queue.append(future)
            if self._idle >= len(self._queue) or self._threads == self._size:
                self._wake.notify()
                return
            self._threads += 1
        try:
            threading.Thread(target=self._work, name="ffi_core", daemon=True).start()
        except RuntimeError:
            # No thread can be had: the others get to it, where there are others.
            with self._wake:
                self._threads -= 1
                if self._threads == 0 and future in self._queue:
                    self._queue.remove(future)
                    raise

    def _work(self) -> None:
        while True:
            with self._wake:
                self._idle += 1
                while not self._queue:
                    self._wake.wait()
                self._idle -= 1
                future = self._queue.popleft()
            future.perform()
            # Nothing of the call may live on in this frame while the thread waits for the next one.
            del future


def _after_fork() -> None:
    _pool.reset()
    for calls in tuple(_all_calls):
        calls.forsake()


_all_calls: WeakSet[Calls] = WeakSet()
_pool = _Pool(min(32, (os.cpu_count() or 1) + 4))
os.register_at_fork(after_in_child=_after_fork)
