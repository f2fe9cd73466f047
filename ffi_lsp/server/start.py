"""How the server's process begins and ends: its stream, its log, its memory, and how long it waits at the end."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ffi_lsp.server import streams

if TYPE_CHECKING:
    from ffi_lsp.server.index import FindFiles

_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_SWITCH_INTERVAL = 0.001
"""Seconds that a thread which reads a library may keep the interpreter, while a request waits for it."""
_GARBAGE_THRESHOLDS = (2_000, 5, 10)
"""As for `gc.set_threshold`. Reading a text makes thousands of objects that are gone with the answer, few of them in
cycles: by Python's own thresholds garbage was looked for several times in each keystroke, which took a tenth of it, and
each fiftieth waited until everything had been looked through."""
_PATIENCE_AT_THE_END = 5.0
"""Seconds that threads have to stop once the client is gone; a file on a dead network would hold one for ever."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the client is.

    Parameters
    ----------
    tcp: address and port to listen on, or None.
    pipe: the name of a pipe to connect to, or None; without both it is standard input and output.
    """

    tcp: tuple[str, int] | None = None
    pipe: str | None = None

    def open(self) -> streams.Stream:
        """Connect; OSError where that cannot be done."""
        if self.tcp is not None:
            return streams.listening(*self.tcp)
        return streams.piped(self.pipe) if self.pipe is not None else streams.standard()

    def __str__(self) -> str:
        return f"{self.tcp[0]}:{self.tcp[1]}" if self.tcp is not None else self.pipe or "standard input"


def start(endpoint: Endpoint, log_file: Path | None, trace: bool, find_files: FindFiles | None) -> int:
    """Set the process up and serve; see `ffi_lsp.server.main`."""
    try:
        stream = endpoint.open()
    except OSError as error:
        print(f"ffi-lsp: no client at {endpoint}: {error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 1
    try:
        handler = logging.FileHandler(log_file, encoding="utf-8") if log_file else logging.StreamHandler(sys.stderr)
    except OSError as error:
        print(f"ffi-lsp: the log {log_file} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.WARNING, format=_LOG_FORMAT, handlers=[handler])
    # A full disk under the log is no reason to print a traceback for every line.
    logging.raiseExceptions = False
    # It logs every refusal with a traceback; what is worth knowing of these, we log.
    logging.getLogger("pygls.protocol").setLevel(logging.CRITICAL)
    # Thousands of classes are made while lsprotocol loads and none of them goes away: looking for garbage then, or
    # among them later, would only cost time.
    gc.disable()
    from ffi_lsp.server.app import Server
    from ffi_lsp.server.serving import serve
    from ffi_lsp.server.tracing import TRACE

    if trace:
        TRACE.setLevel(logging.INFO)
    server = Server(find_files)
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    gc.enable()
    sys.setswitchinterval(_SWITCH_INTERVAL)
    code = serve(server.protocol, stream)
    last = threading.Timer(_PATIENCE_AT_THE_END, os._exit, [code])
    last.daemon = True
    last.start()
    return code
