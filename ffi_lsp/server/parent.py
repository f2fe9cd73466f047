"""The client's process, watched: a server whose client has died without a word must not live on."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable

_SECONDS_BETWEEN_LOOKS = 2.0
_log = logging.getLogger(__name__)


def watch(process: int, on_gone: Callable[[], object]) -> None:
    """Call `on_gone` on the running loop once a process has ended.

    A process that is not there in the beginning is not watched: the client may live in another container or on another
    machine, where its number means somebody else. On Windows nothing is watched; there the stream's end must do.

    Parameters
    ----------
    process: its number.
    on_gone: called once.
    """
    if sys.platform == "win32":
        return
    loop = asyncio.get_running_loop()
    if not _is_alive(process):
        _log.warning("the client's process %d is not here, and is not watched", process)
        return

    def look() -> None:
        if _is_alive(process):
            loop.call_later(_SECONDS_BETWEEN_LOOKS, look)
        else:
            _log.warning("the client's process %d has ended", process)
            on_gone()

    try:
        handle = os.pidfd_open(process)
    except (AttributeError, OSError):
        look()
        return

    def gone() -> None:
        loop.remove_reader(handle)
        os.close(handle)
        _log.warning("the client's process %d has ended", process)
        on_gone()

    loop.add_reader(handle, gone)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
