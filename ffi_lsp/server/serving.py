"""The loop of one connection: bytes to messages, from a thread that reads; answers back; and how it comes to an end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ffi_lsp.server.framing import Frames, FramingError
from ffi_lsp.server.tracing import ClientLog

if TYPE_CHECKING:
    from ffi_lsp.server.protocol import Protocol
    from ffi_lsp.server.streams import Stream

_CHUNK = 1 << 16
_log = logging.getLogger(__name__)


class Output:
    """Writes whole messages.

    Parameters
    ----------
    stream: where to.
    on_broken: called where nobody reads any more.
    """

    def __init__(self, stream: Stream, on_broken: Callable[[], None]) -> None:
        self._stream, self._on_broken = stream, on_broken
        self._broken = False

    def write(self, data: bytes) -> None:
        """Write all of it."""
        rest = memoryview(data)
        try:
            while rest and not self._broken:
                rest = rest[self._stream.write(rest) :]
        except OSError as failure:
            self._broken = True
            _log.error("the client reads no more: %s", failure)
            self._on_broken()

    def close(self) -> None:
        """Nothing to do: whoever opened the stream closes it."""


def serve(protocol: Protocol, stream: Stream) -> int:
    """Answer messages until the client says exit, closes the stream or dies.

    Returns
    -------
    The process's exit code: 0 where `shutdown` came first, 1 otherwise.
    """
    return asyncio.run(_serve(protocol, stream))


async def _serve(protocol: Protocol, stream: Stream) -> int:
    loop = asyncio.get_running_loop()
    protocol.ended = loop.create_future()
    protocol.set_writer(Output(stream, protocol.end))
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # on Windows
            loop.add_signal_handler(number, protocol.end)
    log = ClientLog(protocol)
    logging.getLogger().addHandler(log)
    # A thread of its own reads, so that a client which writes much before it reads cannot block both sides.
    threading.Thread(target=_read, args=(protocol, stream, loop), name="ffi-lsp-input", daemon=True).start()
    try:
        return await protocol.ended
    finally:
        logging.getLogger().removeHandler(log)
        protocol.give_up()
        stream.close()


def _read(protocol: Protocol, stream: Stream, loop: asyncio.AbstractEventLoop) -> None:
    frames = Frames()
    # The loop is closed once the server has ended; what still comes in then is for nobody.
    with contextlib.suppress(RuntimeError):
        try:
            while chunk := stream.read(_CHUNK):
                for body in frames.feed(chunk):
                    loop.call_soon_threadsafe(protocol.receive, body)
        except (OSError, ValueError, FramingError) as failure:
            if not protocol.has_ended:
                _log.error("the client's stream broke: %s", failure)
        loop.call_soon_threadsafe(protocol.end)
