"""`ffi-lsp serve`: the language server, which is loaded for this command alone."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--stdio", action="store_true", help="serve on standard input and output, as it does anyway")
    parser.add_argument("--log-file", type=Path, metavar="FILE", help="write warnings and errors here, not to stderr")


def run(arguments: argparse.Namespace) -> int:
    """Serve one client until it goes away."""
    from ffi_lsp.server import main

    return main(arguments.log_file)
