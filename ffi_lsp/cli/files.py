"""Which files a check reads: those that are named, and those of the right kind below directories that are named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ffi_core.source import SUFFIXES

_PASSED_OVER = {"node_modules", ".git", ".hg", ".svn"}


def discover(path: Path) -> Iterator[Path]:
    """The files that a path stands for, in a settled order. Symbolic links to directories are not followed.

    Parameters
    ----------
    path: a file, which is taken whatever its suffix, or a directory.

    Raises
    ------
    OSError: nothing is there, or a directory cannot be read.
    """
    if not path.is_dir():
        path.stat()
        yield path
        return
    for folder, folders, names in os.walk(path, onerror=_raise):
        folders[:] = sorted(set(folders) - _PASSED_OVER)
        for name in sorted(names):
            if os.path.splitext(name)[1].lower() in SUFFIXES:  # noqa: PTH122  (a Path for each name costs more than the rest)
                yield Path(folder, name)


def _raise(error: OSError) -> None:
    raise error
