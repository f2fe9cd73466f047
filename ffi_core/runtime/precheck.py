"""What the dynamic loader itself would hang or crash on, found before it is asked: pipes, and files cut short."""

from __future__ import annotations

import os
import stat
import struct
import sys
from pathlib import Path
from typing import BinaryIO

from ffi_core.errors import LibraryLoadError, LoadFailure

_HEADER = struct.Struct("=16s16xQ14xHH6x")
_SEGMENT = struct.Struct("=I4xQ16xQ16x")
_PT_LOAD = 1
_NATIVE = b"\x7fELF\x02" + (b"\x01" if sys.byteorder == "little" else b"\x02")


def refuse_dangerous_files(name: str) -> None:
    """Look at the file that the loader would open first, where that is a path or stands in LD_LIBRARY_PATH.

    Parameters
    ----------
    name: as given to dlopen(3). Nothing is said of a file that is not there: the loader says it better.

    Raises
    ------
    LibraryLoadError: a directory, a pipe, a device, or a library of which the end is missing.
    """
    path = _first_candidate(name)
    try:
        mode = path.stat().st_mode if path else None
    except (OSError, ValueError):
        return
    if path is None or mode is None:
        return
    if stat.S_ISDIR(mode):
        raise LibraryLoadError(str(path), LoadFailure.DIRECTORY, "is a directory, not a library")
    if not stat.S_ISREG(mode):
        # The loader would open a pipe and wait for its other end for ever.
        raise LibraryLoadError(str(path), LoadFailure.NOT_A_LIBRARY, "is no regular file")
    try:
        with path.open("rb") as file:
            size, needed = os.fstat(file.fileno()).st_size, _bytes_needed(file)
    except OSError:
        return
    if size < needed:
        # The loader maps what the headers say, and the first touch of what is missing kills the process.
        detail = f"is cut short: it has {size} bytes, and its segments need {needed}"
        raise LibraryLoadError(str(path), LoadFailure.DAMAGED, detail)


def _first_candidate(name: str) -> Path | None:
    if "/" in name:
        return Path(name)
    for folder in os.environ.get("LD_LIBRARY_PATH", "").replace(";", ":").split(":"):
        candidate = Path(folder, name)
        if folder and candidate.exists():
            return candidate
    return None


def _bytes_needed(file: BinaryIO) -> int:
    """How long a 64-bit ELF file of this machine's byte order has to be for its segments; 0 for any other file.

    Source: System V ABI, chapters 4 and 5: the ELF header and the program header.
    """
    header = file.read(_HEADER.size)
    if len(header) < _HEADER.size or not header.startswith(_NATIVE):
        return 0
    _, table, entry_size, count = _HEADER.unpack(header)
    if entry_size != _SEGMENT.size:
        return 0
    file.seek(table)
    text = file.read(entry_size * count)
    needed = table + entry_size * count
    for start in range(0, len(text) - entry_size + 1, entry_size):
        kind, offset, size = _SEGMENT.unpack_from(text, start)
        if kind == _PT_LOAD:
            needed = max(needed, offset + size)
    return int(needed)
