"""Standard input and output as the protocol's stream, out of reach of stray prints and of child processes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ffi_lsp.server.framing import Frames, FramingError

if TYPE_CHECKING:
    from ffi_lsp.server.protocol import Protocol

_CHUNK = 1 << 16
_log = logging.getLogger(__name__)


class Output:
    """Writes whole messages to a file descriptor.

    Parameters
    ----------
    descriptor: where to.
    on_broken: called where nobody reads any more.
    """

    def __init__(self, descriptor: int, on_broken: Callable[[], None]) -> None:
        self._descriptor, self._on_broken = descriptor, on_broken

    def write(self, data: bytes) -> None:
        """Write all of it."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as failure:
            _log.error("the client reads no more: %s", failure)
            self._on_broken()

    def close(self) -> None:
        """Nothing to do: the descriptor lives as long as the process."""


def claim() -> tuple[int, int]:
    """Take descriptors 0 and 1 for the protocol alone.

    Returns
    -------
    New descriptors for reading and writing, which no child process inherits. 0 reads as empty afterwards, and what is
    printed to 1 appears on standard error.
    """
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return reading, writing


def serve(protocol: Protocol, reading: int, writing: int) -> int:
    """Answer messages until the client says exit or closes the stream.

    Parameters
    ----------
    protocol: what answers.
    reading, writing: file descriptors.

    Returns
    -------
    The process's exit code: 0 where `shutdown` came first, 1 otherwise.
    """
    return asyncio.run(_serve(protocol, reading, writing))


async def _serve(protocol: Protocol, reading: int, writing: int) -> int:
    loop = asyncio.get_running_loop()
    protocol.ended = loop.create_future()
    protocol.set_writer(Output(writing, protocol.end))
    # A thread of its own reads, so that a client which writes much before it reads cannot block both sides.
    threading.Thread(target=_read, args=(protocol, reading, loop), name="ffi-lsp-input", daemon=True).start()
    return await protocol.ended


def _read(protocol: Protocol, reading: int, loop: asyncio.AbstractEventLoop) -> None:
    frames = Frames()
    # The loop is closed once the server has ended; what still comes in then is for nobody.
    with contextlib.suppress(RuntimeError):
        try:
            while chunk := os.read(reading, _CHUNK):
                for body in frames.feed(chunk):
                    loop.call_soon_threadsafe(protocol.receive, body)
        except (OSError, FramingError) as failure:
            _log.error("the client's stream broke: %s", failure)
        loop.call_soon_threadsafe(protocol.end)
