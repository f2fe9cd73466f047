"""The files that decide what a specifier means, looked at no more than once a second, and noted for those who watch."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ffi_lsp.specifiers.jsonc import json_object

SECONDS_BETWEEN_LOOKS = 1.0
"""As libraries are looked at; a keystroke must not wait for a disk."""
LARGEST_FILE = 4 << 20
"""Bytes. A longer file is none that anybody wrote by hand."""
_Made = TypeVar("_Made")
_LARGEST_CONFIGURATION = 1 << 20
_MOST_LOOKED_AT = 4096
_MOST_FOLDERS = 512  # of one folder; packages of a workspace, as a rule

Stamp = tuple[int, int, int]
"""What tells one state of a file from another."""


class Disk:
    """Remembers what was seen, and for how long that holds. For use by one thread.

    Parameters
    ----------
    clock: seconds; decides when a file is looked at again.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._stamps: dict[Path, tuple[float, Stamp | None]] = {}
        self._objects: dict[Path, tuple[Stamp, Mapping[str, Any]]] = {}
        self._made: dict[Path, tuple[Sequence[object], Any]] = {}

    def look_again(self) -> None:
        """Look at every file again when it is asked for next: some have changed."""
        self._stamps.clear()

    def stamp(self, path: Path) -> Stamp | None:
        """The state of a file; None for what is none, is too large, or cannot be looked at."""
        now = self._clock()
        known = self._stamps.get(path)
        if known is None or now - known[0] >= SECONDS_BETWEEN_LOOKS:
            if len(self._stamps) >= _MOST_LOOKED_AT:
                self._stamps.clear()
            try:
                stamp = _stamp_of(path)
            except (OSError, ValueError):
                stamp = None
            known = self._stamps[path] = (now, stamp)
        return known[1]

    def data(self, path: Path, size: int) -> bytes:
        """The first bytes of a file. Files of the kernel that say they are empty, and may never end, give none.

        Raises
        ------
        OSError: it cannot be read.
        """
        if size <= 0:
            return b""
        with path.open("rb") as file:
            return file.read(size)

    def json(self, path: Path) -> Mapping[str, Any] | None:
        """The JSON object in a file; None where there is no file, and an empty one where it is damaged."""
        stamp = self.stamp(path)
        if stamp is None or stamp[0] > _LARGEST_CONFIGURATION:
            return None
        known = self._objects.get(path)
        if known is None or known[0] != stamp:
            if len(self._objects) >= _MOST_LOOKED_AT:
                self._objects.clear()
            try:
                known = self._objects[path] = (stamp, json_object(self.data(path, stamp[0])))
            except (OSError, ValueError):
                return None
        return known[1]

    def made_of(self, place: Path, sources: Sequence[object], make: Callable[[], _Made]) -> _Made:
        """What `make` gives, as long as nothing that it is made of was read anew.

        Parameters
        ----------
        place: one for each thing that is made.
        sources: what `json` gave.
        make: called when a source is another than before.
        """
        known = self._made.get(place)
        if known is None or not _same(known[0], sources):
            if len(self._made) >= _MOST_LOOKED_AT:
                self._made.clear()
            known = self._made[place] = (sources, make())
        made: _Made = known[1]
        return made


@dataclass(frozen=True, slots=True)
class View:
    """The disk as one question sees it: every path that had a say in the answer is noted.

    Parameters
    ----------
    disk: what is seen.
    looked_at: takes the paths, those of missing files among them.
    """

    disk: Disk
    looked_at: set[Path]

    def json(self, path: Path) -> Mapping[str, Any] | None:
        """As `Disk.json`."""
        self.looked_at.add(path)
        return self.disk.json(path)

    def is_file(self, path: Path) -> bool:
        """Whether there is a file that is not too large."""
        self.looked_at.add(path)
        return self.disk.stamp(path) is not None

    def folders(self, path: Path) -> tuple[Path, ...]:
        """The folders in a folder, by name; none where there are too many for a workspace."""
        self.looked_at.add(path)
        found: list[str] = []
        try:
            with os.scandir(path) as entries:
                for count, entry in enumerate(entries):
                    if count >= _MOST_FOLDERS:
                        return ()
                    if entry.name != "node_modules" and entry.is_dir(follow_symlinks=False):
                        found.append(entry.name)
        except (OSError, ValueError):
            return ()
        return tuple(path / name for name in sorted(found))


def _same(before: Sequence[object], now: Sequence[object]) -> bool:
    return len(before) == len(now) and all(one is other for one, other in zip(before, now, strict=True))


def _stamp_of(path: Path) -> Stamp | None:
    if not path.is_file():
        return None
    status = path.stat()
    return (status.st_size, status.st_mtime_ns, status.st_ino) if status.st_size <= LARGEST_FILE else None
