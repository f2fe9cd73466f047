"""What surrounds a native call that cffi makes: errno, and the exceptions of callbacks that ran inside it.

Where the C extension is there, its frames serve (c/frame.h), so that both kinds of calls nest; without it, these do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ffi_core.runtime.messages import add_later_exception


class _Thread(threading.local):
    """The calls under way on this thread, outermost first: each holds the first exception of its callbacks."""

    def __init__(self) -> None:
        self.frames: list[list[BaseException]] = []
        self.errno = 0


_thread = _Thread()


def run(function: Callable[..., Any], arguments: tuple[object, ...]) -> Any:
    """Call a function as a native call: what callbacks raise inside it, it raises.

    Raises
    ------
    The first exception that a callback raised, with the later ones as notes.
    """
    frame: list[BaseException] = []
    _thread.frames.append(frame)
    try:
        value = function(*arguments)
    except BaseException as error:  # noqa: BLE001 - raised below, with what callbacks raised before
        _keep(frame, error)
    finally:
        _thread.frames.pop()
    if frame:
        raise frame[0]
    return value


def keep(error: BaseException, callback: object) -> None:
    """Keep a callback's exception for the call around it; with no call around, report it as unraisable."""
    if _thread.frames:
        _keep(_thread.frames[-1], error)
    else:
        _Finalizer(error, callback)


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
