"""How the server's process begins: descriptors, logging, memory."""

from __future__ import annotations

import gc
import logging
import sys
from pathlib import Path

from ffi_lsp.server import stdio

_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def start(log_file: Path | None) -> int:
    """Set the process up and serve; see `ffi_lsp.server.main`."""
    reading, writing = stdio.claim()
    try:
        handler = logging.FileHandler(log_file, encoding="utf-8") if log_file else logging.StreamHandler(sys.stderr)
    except OSError as error:
        print(f"ffi-lsp: the log {log_file} cannot be written: {error.strerror}", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.WARNING, format=_LOG_FORMAT, handlers=[handler])
    # Thousands of classes are made while lsprotocol loads and none of them goes away: looking for garbage then, or
    # among them later, would only cost time.
    gc.disable()
    from ffi_lsp.server.app import Server

    server = Server()
    gc.freeze()
    gc.enable()
    return stdio.serve(server.protocol, reading, writing)
