"""What `prototype` and `verify` share: the options that name headers, and the progress of an index being built."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ffi_core.headers import HeaderSettings

if TYPE_CHECKING:
    from ffi_core.headers.index import Progress

_PATIENCE = 0.5
"""Seconds before a progress bar appears."""


def add_header_options(parser: argparse.ArgumentParser) -> None:
    """Declare the options that name headers."""
    parser.add_argument(
        "--header", metavar="H", action="append", default=[], help="a header that declares it: sqlite3.h"
    )
    parser.add_argument("--include-dir", metavar="D", action="append", default=[], help="search headers here first")
    parser.add_argument("--define", metavar="M", action="append", default=[], help="define a macro: NAME or NAME=value")


def settings_of(arguments: argparse.Namespace) -> HeaderSettings:
    """The settings that those options give."""
    return HeaderSettings(tuple(arguments.header), tuple(arguments.include_dir), tuple(arguments.define))


@contextmanager
def index_progress() -> Iterator[Progress | None]:
    """A progress bar on the terminal, for searches that take long enough to be worth one; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    started = time.monotonic()
    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading headers", visible=False)

        def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=time.monotonic() - started > _PATIENCE)

        yield show
