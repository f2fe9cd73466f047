"""Which Porffor a project has installed, since only some versions have ``Porffor.dlopen``. Reads, and runs nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

_SECONDS_BETWEEN_LOOKS = 1.0
_MOST_FOLDERS_KEPT = 256
_PACKAGE = Path("node_modules", "porffor")
_BACKEND = Path("compiler", "2c.js")
"""The part of the compiler that makes C of a program; where it has ``Porffor.dlopen``, it names the C function."""
_LARGEST_MANIFEST = 1 << 20
_LARGEST_BACKEND = 16 << 20


class Compilers:
    """Looks for the installed compiler, and remembers what it found. For use by one thread.

    Parameters
    ----------
    clock: seconds; decides when a folder is looked at again.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._known: dict[Path, tuple[float, str | None]] = {}

    def without_dlopen(self, folder: Path) -> str | None:
        """The version of the Porffor that programs in a folder are compiled with, if that has no ``Porffor.dlopen``.

        Parameters
        ----------
        folder: that of the program; ``node_modules`` is looked for there and in the folders above, as Node does.
        """
        now = self._clock()
        known = self._known.get(folder)
        if known is None or now - known[0] >= _SECONDS_BETWEEN_LOOKS:
            if len(self._known) >= _MOST_FOLDERS_KEPT:
                self._known.clear()
            known = self._known[folder] = (now, _without_dlopen(folder))
        return known[1]


def _without_dlopen(folder: Path) -> str | None:
    for parent in (folder, *folder.parents):
        manifest = _read(parent / _PACKAGE / "package.json", _LARGEST_MANIFEST)
        if manifest is not None:
            backend = _read(parent / _PACKAGE / _BACKEND, _LARGEST_BACKEND)
            return None if backend is not None and b"dlopen" in backend else _version(manifest)
    return None


def _read(file: Path, most: int) -> bytes | None:
    """A file's bytes; None where it is none, cannot be read, or is longer than any such file."""
    try:
        return file.read_bytes() if file.is_file() and file.stat().st_size <= most else None
    except OSError:
        return None


def _version(manifest: bytes) -> str | None:
    """The version that a package.json gives; None where it is not one of Porffor's, or damaged."""
    try:
        found = json.loads(manifest)
    except (ValueError, RecursionError):
        return None
    version = found.get("version") if isinstance(found, dict) and found.get("name") == "porffor" else None
    return version if isinstance(version, str) else None
