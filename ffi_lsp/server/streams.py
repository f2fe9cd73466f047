"""The protocol's stream: standard input and output, a TCP connection or a pipe, out of reach of stray prints."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Stream:
    """Both directions of a connection.

    Parameters
    ----------
    read: gives up to so many bytes, none at the end; waits for some. OSError where the connection broke.
    write: takes some of the bytes, and gives how many. OSError where nobody reads any more.
    close: ends both.
    """

    read: Callable[[int], bytes]
    write: Callable[[memoryview], int]
    close: Callable[[], None]


def standard() -> Stream:
    """Take descriptors 0 and 1 for the protocol alone.

    No child process inherits the stream. 0 reads as empty afterwards, and what is printed to 1 appears on standard
    error.
    """
    reading, writing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return Stream(lambda size: os.read(reading, size), lambda data: os.write(writing, data), lambda: None)


def listening(host: str, port: int) -> Stream:
    """Wait for one client on a TCP port, and say on standard error where; no second client is let in.

    Parameters
    ----------
    host: an address of this machine. Whoever reaches it may read files and, with an editor's consent, run functions;
        other addresses than those of the loopback belong behind something that asks who comes.
    port: its number; 0 for any that is free.

    Raises
    ------
    OSError: nobody can listen there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=1) as server:
        address, number = server.getsockname()[:2]
        print(f"ffi-lsp: waiting for a client on {address}:{number}", file=sys.stderr, flush=True)
        connection, _ = server.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    return _over(connection)


def piped(name: str) -> Stream:
    """Connect to the pipe that a client has made: a Unix domain socket, on Windows a named pipe.

    Raises
    ------
    OSError: there is no such pipe.
    """
    if sys.platform == "win32":
        pipe = Path(name).open("r+b", buffering=0)  # noqa: SIM115  (closed with the stream)
        return Stream(lambda size: pipe.read(size) or b"", lambda data: pipe.write(data) or 0, pipe.close)
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(name)
    except OSError:
        connection.close()
        raise
    return _over(connection)


def _over(connection: socket.socket) -> Stream:
    def close() -> None:
        # A reader in another thread wakes up.
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    return Stream(connection.recv, connection.send, close)
