"""How far a long run has come, on a terminal: drawn after a moment, gone when it ends, and loaded for that alone."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_SECONDS_OF_PATIENCE = 1.0


class Progress:
    """Shows on standard error, where that is a terminal, which file is judged and how many were. For ``with``."""

    def __init__(self) -> None:
        self._judged, self._file = 0, ""
        self._lock = threading.Lock()
        self._bar: Bar | None = None
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            self._timer = threading.Timer(_SECONDS_OF_PATIENCE, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._bar is not None:
                self._bar.stop()
                self._bar = None

    def begin(self, file: Path) -> None:
        """The next file is judged now."""
        with self._lock:
            self._judged, self._file = self._judged + 1, str(file)
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], completed=self._judged, file=self._file)

    def _show(self) -> None:
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

        counted = TextColumn("file {task.completed}", markup=False)
        name = TextColumn("{task.fields[file]}", markup=False)
        with self._lock:
            if self._timer is None:  # it has ended meanwhile
                return
            bar = Bar(SpinnerColumn(), counted, TimeElapsedColumn(), name, console=Console(stderr=True), transient=True)
            bar.add_task("check", total=None, completed=self._judged, file=self._file)
            bar.start()
            self._bar = bar
