"""`ffi-lsp serve`: the language server, which is loaded for this command alone."""

from __future__ import annotations

import argparse
import ipaddress
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffi_lsp.config import Settings

_LOOPBACK = "127.0.0.1"
_log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    stream = parser.add_mutually_exclusive_group()
    stream.add_argument("--stdio", action="store_true", help="serve on standard input and output, as it does anyway")
    stream.add_argument(
        "--tcp", type=_address, metavar="[HOST:]PORT", help="wait for one client on a TCP port (default host: loopback)"
    )
    stream.add_argument("--pipe", metavar="NAME", help="connect to the pipe or socket file that the client has made")
    parser.add_argument("--log-file", type=Path, metavar="FILE", help="write warnings and errors here, not to stderr")
    parser.add_argument("--trace", action="store_true", help="log a line for each request, with its latency")
    # Node's clients tell whom to watch in this way too; `initialize` says it anyway.
    parser.add_argument("--clientProcessId", type=int, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Serve one client until it goes away."""
    from ffi_lsp.server import main

    return main(
        arguments.log_file,
        tcp=arguments.tcp,
        pipe=arguments.pipe,
        trace=arguments.trace,
        find_files=files_below,
    )


def _address(text: str) -> tuple[str, int]:
    """``8765`` or ``localhost:8765`` or ``[::1]:8765``."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    host = _LOOPBACK if host in ("", "localhost") else host
    try:
        ipaddress.ip_address(host)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{host!r} is no address; write 127.0.0.1:8765 or 8765") from None
    if not port.isascii() or not port.isdecimal() or int(port) > 0xFFFF:
        raise argparse.ArgumentTypeError(f"{port!r} is no port; write 127.0.0.1:8765 or 8765")
    return host, int(port)


def files_below(folder: Path, base: Settings) -> Iterator[Path]:
    """The files of a workspace, as `ffi-lsp check` would find them; a settings file with mistakes counts as none."""
    from ffi_lsp.cli.checking.search import Search
    from ffi_lsp.config import ConfigError, Nearest

    class Forgiving(Nearest):
        def in_folder(self, place: Path) -> Settings:
            try:
                return super().in_folder(place)
            except ConfigError:
                return base  # the server tells about it where a text is open

    return Search(Forgiving(base), lambda trouble: _log.info("%s: %s", trouble.path, trouble.why)).files([folder])
