"""How far a long run has come, on a terminal: drawn after a moment, gone when it ends, and loaded for that alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ffi_lsp.cli.checking.judge import Outcome

if TYPE_CHECKING:
    from rich.progress import Progress

_SECONDS_OF_PATIENCE = 1.0


def with_progress(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """The same outcomes; where standard error is a terminal and they take long, it shows how many there are."""
    if not sys.stderr.isatty():
        yield from outcomes
        return
    started, bar, judged = time.monotonic(), None, 0
    try:
        for outcome in outcomes:
            judged += 1
            if bar is None and time.monotonic() - started > _SECONDS_OF_PATIENCE:
                bar = _bar()
            if bar is not None:
                bar.update(bar.task_ids[0], completed=judged, file=str(outcome.path))
            yield outcome
    finally:
        if bar is not None:
            bar.stop()


def _bar() -> Progress:
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed} files checked"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[file]}", markup=False),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    bar.add_task(escape("check"), total=None, file="")
    bar.start()
    return bar
