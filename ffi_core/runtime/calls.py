"""What surrounds a native call that cffi makes: errno, callbacks' exceptions, libraries that were closed meanwhile.

Where the C extension is there, its frames serve (c/frame.h), so that both kinds of calls nest; without it, these do.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

from ffi_core.runtime.messages import add_later_exception


class _Thread(threading.local):
    """The calls under way on this thread, outermost first: each holds what its callbacks raised."""

    def __init__(self) -> None:
        self.frames: list[list[BaseException]] = []
        self.errno = 0


class _UnderWay:
    """Counts calls and callbacks, so that no library is unloaded while one of them may be inside it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0
        self.waiting: list[Callable[[], None]] = []
        # Whether a thread that no Python call started has called back. It returns into code that nobody else knows
        # of, so from then on no library is unloaded.
        self.foreign_threads = False

    def enter(self) -> None:
        with self.lock:
            self.count += 1

    def leave(self) -> None:
        with self.lock:
            self.count -= 1
            ready = [] if self.count else self.waiting
            if ready:
                self.waiting = []
        for unload in () if self.foreign_threads else ready:
            unload()

    def when_idle(self, unload: Callable[[], None]) -> None:
        with self.lock:
            idle = not self.count
            if not idle:
                self.waiting.append(unload)
        if idle and not self.foreign_threads:
            unload()

    def forget_lock(self) -> None:
        """In a forked child, where another thread of the parent may have held it; the count only errs upwards."""
        self.lock = threading.Lock()


_thread = _Thread()
_under_way = _UnderWay()
os.register_at_fork(after_in_child=_under_way.forget_lock)


def run(function: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
    """Call a function as a native call: what callbacks raise inside it, it raises.

    Raises
    ------
    The first exception that a callback raised, with the later ones as notes.
    """
    frame: list[BaseException] = []
    _under_way.enter()
    _thread.frames.append(frame)
    try:
        value = function(*arguments)
    except BaseException as error:  # noqa: BLE001 - raised below, with what callbacks raised before
        _keep(frame, error)
    finally:
        _thread.frames.pop()
        _under_way.leave()
    if frame:
        raise frame[0]
    return value


def call_back(function: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
    """Call a function as a callback that C entered."""
    if not _thread.frames:
        _under_way.foreign_threads = True
    _under_way.enter()
    try:
        return function(*arguments)
    finally:
        _under_way.leave()


def keep(error: BaseException, callback: object) -> None:
    """Keep a callback's exception for the call around it; with no call around, report it as unraisable."""
    if _thread.frames:
        _keep(_thread.frames[-1], error)
    else:
        _Finalizer(error, callback)


def unload_when_idle(unload: Callable[[], None]) -> None:
    """Run `unload` when no call is under way that might be inside the library; never, where that cannot be known."""
    _under_way.when_idle(unload)


def get_errno() -> int:
    """`errno` as this thread's last foreign call left it."""
    return _thread.errno


def set_errno(value: int) -> None:
    """Note what `errno` a call of this thread left."""
    _thread.errno = value


def _keep(frame: list[BaseException], error: BaseException) -> None:
    if frame:
        add_later_exception(frame[0], error)
    else:
        frame.append(error)


class _Finalizer:
    """Raises where Python cannot pass an exception on: the one way to call `sys.unraisablehook` with its own type."""

    def __init__(self, error: BaseException, callback: object) -> None:
        self._error, self._callback = error, callback

    def __del__(self) -> None:
        raise self._error
