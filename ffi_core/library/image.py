"""A file read by pieces, each read checked against the file's end; what the pieces mean is the readers' business.

Pieces are read with plain reads, and no handle outlives the operation that needed it. A memory map would be no faster
(about ten reads answer a look-up, 20 microseconds on any size of file; whole tables are copied at 5 GB/s), and it has
two faults that a language server cannot afford: a mapped file that is cut short kills the process with SIGBUS, and on
Windows a mapped or open library cannot be replaced by the linker. A file that was replaced between two operations
is noticed by its `Stamp`.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ffi_core.errors import LibraryLoadError, LibraryNotFoundError, LoadFailure

_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_SMALL, _WINDOW = 512, 4096


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one state of a file from the next: size in bytes, modification time in ns, inode and device."""

    size: int
    mtime_ns: int
    inode: int
    device: int


class Image:
    """One file, open for the length of a ``with`` block; made by `open_image`.

    Parameters
    ----------
    path: the file, as messages name it.
    file: the open file.
    stamp: its state when it was opened.
    """

    __slots__ = ("_file", "_window", "_window_at", "path", "stamp")

    def __init__(self, path: Path, file: BinaryIO, stamp: Stamp) -> None:
        self.path, self._file, self.stamp = path, file, stamp
        self._window, self._window_at = b"", 0

    @property
    def size(self) -> int:
        """The file's length in bytes."""
        return self.stamp.size

    def read(self, offset: int, size: int, what: str) -> bytes:
        """Exactly `size` bytes from byte `offset` on.

        Parameters
        ----------
        offset, size: bytes; any integer, since they come out of the file.
        what: how a message calls this piece.

        Raises
        ------
        LibraryLoadError: DAMAGED where the piece reaches over the end of the file, UNREADABLE where reading fails.
        """
        if offset < 0 or size < 0 or offset + size > self.size:
            detail = f"{what} ({size} bytes at {offset:#x}) reaches over the end of the file, {self.size} bytes long"
            raise self.damaged(detail)
        piece = self._read(offset, size)
        if len(piece) != size:
            raise self.damaged(f"{what} at {offset:#x} was cut off while it was read")
        return piece

    def read_up_to(self, offset: int, size: int) -> bytes:
        """At most `size` bytes from byte `offset` on; fewer at the end of the file, none behind it."""
        return self._read(offset, size) if 0 <= offset < self.size and size > 0 else b""

    def damaged(self, detail: str) -> LibraryLoadError:
        """The error for contents that contradict themselves."""
        return LibraryLoadError(str(self.path), LoadFailure.DAMAGED, f"the file is damaged: {detail}")

    def _read(self, offset: int, size: int) -> bytes:
        if size > _SMALL:
            return self._read_file(offset, size)
        start = offset - self._window_at
        if not 0 <= start <= len(self._window) - size:
            # Small pieces come in clusters: what follows this one is likely wanted next.
            self._window, self._window_at, start = self._read_file(offset, _WINDOW), offset, 0
        return self._window[start : start + size]

    def _read_file(self, offset: int, size: int) -> bytes:
        try:
            self._file.seek(offset)
            return self._file.read(size)
        except OSError as error:
            raise unreadable(self.path, error) from error


@contextmanager
def open_image(path: Path, expected: Stamp | None = None) -> Iterator[Image]:
    """Open a regular file for reading by pieces.

    Parameters
    ----------
    path: the file.
    expected: the state it must still have, or None.

    Raises
    ------
    LibraryNotFoundError: nothing is there.
    LibraryLoadError: it is a directory, no regular file, not readable, or no longer in the expected state.
    """
    # Looked at before it is opened: opening a pipe or a device can wait or have effects.
    stamp_of(path)
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        raise unreadable(path, error) from error
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        stamp = _stamp(os.fstat(descriptor))
        if expected is not None and stamp != expected:
            detail = "the file has changed since it was opened; open it again"
            raise LibraryLoadError(str(path), LoadFailure.UNREADABLE, detail)
        yield Image(path, file, stamp)


def stamp_of(path: Path) -> Stamp:
    """The present state of a regular file.

    Raises
    ------
    LibraryNotFoundError: nothing is there.
    LibraryLoadError: it is a directory, no regular file, or may not be looked at.
    """
    try:
        found = path.stat()
    except ValueError as error:
        raise LibraryNotFoundError(str(path), (str(path),)) from error
    except OSError as error:
        raise unreadable(path, error) from error
    if stat.S_ISDIR(found.st_mode):
        raise LibraryLoadError(str(path), LoadFailure.DIRECTORY, "this is a directory, not a library")
    if not stat.S_ISREG(found.st_mode):
        raise LibraryLoadError(str(path), LoadFailure.NOT_A_LIBRARY, "this is a device, pipe or socket, not a library")
    return _stamp(found)


def absolute(path: str, base: Path | None = None) -> Path:
    """A path made absolute, without resolving links or ``..``; left as it is where the working directory is gone.

    Parameters
    ----------
    path: the path as written.
    base: the directory that it starts from; the working directory by default.
    """
    try:
        return Path(base or "", path).absolute()
    except OSError:
        return Path(path)


def unreadable(path: Path, error: OSError) -> LibraryNotFoundError | LibraryLoadError:
    """The typed error for what the operating system said about a file."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP):
        return LibraryNotFoundError(str(path), (str(path),))
    if error.errno == errno.EISDIR:
        return LibraryLoadError(str(path), LoadFailure.DIRECTORY, "this is a directory, not a library")
    reason = (error.strerror or str(error)).lower()
    return LibraryLoadError(str(path), LoadFailure.UNREADABLE, f"the file cannot be read: {reason}")


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ino, status.st_dev)
