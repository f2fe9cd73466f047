"""Checking again whenever something has changed: files, what they import, their libraries, headers and settings.

It polls: one round of stat calls over a thousand files takes some milliseconds, works on every file system, and sees
libraries and headers outside of the project as well. Between rounds it rests for many times what a round took.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

Stamp = tuple[int, int, int] | None
"""Size, time of change in ns and inode; None where nothing is there."""
_LEAST_PAUSE = 0.3
_PAUSE_PER_ROUND = 20


def stamps_of(paths: Iterable[Path]) -> dict[Path, Stamp]:
    """The files as they are now."""
    return {path: _stamp(path) for path in paths}


def wait_for_change(look: Callable[[], Mapping[Path, Stamp]], before: Mapping[Path, Stamp]) -> list[Path]:
    """Wait until a look around differs from an earlier one.

    Parameters
    ----------
    look: gives the files that matter, as they are now.
    before: what it gave.

    Returns
    -------
    The files that came, went or changed.
    """
    while True:
        started = time.monotonic()
        now = look()
        changed = sorted(path for path in before.keys() | now.keys() if before.get(path) != now.get(path))
        if changed:
            return changed
        time.sleep(max(_LEAST_PAUSE, _PAUSE_PER_ROUND * (time.monotonic() - started)))


def clear_screen() -> None:
    """Begin a new page where standard output is a terminal."""
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        print("\x1b[2J\x1b[3J\x1b[H", end="")


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return (status.st_size, status.st_mtime_ns, status.st_ino)
