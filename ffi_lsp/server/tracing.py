"""What passes between client and server: a line a request with its latency, in the log and to clients that ask for it.

Warnings and errors of the log are shown to the client as well.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from ffi_lsp.server.protocol import Protocol

TRACE = logging.getLogger("ffi_lsp.trace")
"""Gets one line for each request and notification; silent unless its level is INFO."""
_MOST_OPEN = 10_000
_LONGEST = 2_000
_TYPES = ((logging.ERROR, types.MessageType.Error), (logging.WARNING, types.MessageType.Warning))


class Tracer:
    """Measures how long each request takes.

    Parameters
    ----------
    to_client: sends ``$/logTrace`` where the client has switched that on.
    clock: seconds.
    """

    def __init__(self, to_client: Callable[[str], object], clock: Callable[[], float] = time.perf_counter) -> None:
        self._to_client, self._clock = to_client, clock
        self._open: dict[int | str, tuple[str, float]] = {}

    def received(self, method: str, request: int | str | None, size: int) -> None:
        """A message has come: a request has an id, a notification has none."""
        if request is None:
            self._tell(f"notification {method} ({size} bytes)")
        elif len(self._open) < _MOST_OPEN:
            self._open[request] = (method, self._clock())

    def answered(self, request: int | str | None, error: str | None) -> None:
        """A request has its answer; `error` is its code and message."""
        if request in self._open:
            method, begun = self._open.pop(request)
            outcome = f" failed: {error}" if error else ""
            self._tell(f"request {method} #{request} {1000 * (self._clock() - begun):.1f} ms{outcome}")

    def _tell(self, line: str) -> None:
        TRACE.info("%s", line)
        self._to_client(line)


class ClientLog(logging.Handler):
    """Shows the client what is logged as a warning or worse.

    Parameters
    ----------
    protocol: the way to the client; used on the loop that is running now, and no longer than that.
    """

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(logging.WARNING)
        self._protocol, self._loop = protocol, asyncio.get_running_loop()
        self._telling = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; what goes wrong with that is not logged again."""
        if getattr(self._telling, "now", False) or not record.name.startswith("ffi_"):
            return
        kind = next(kind for level, kind in _TYPES if record.levelno >= level)
        message = types.LogMessageParams(kind, record.getMessage()[:_LONGEST])
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._send, message)

    def _send(self, message: types.LogMessageParams) -> None:
        self._telling.now = True
        try:
            if self._protocol.is_in_use:
                self._protocol.notify(types.WINDOW_LOG_MESSAGE, message)
        finally:
            self._telling.now = False
