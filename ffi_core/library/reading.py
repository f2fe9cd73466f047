"""From a path to a `Library`: which format a file has, and a plain answer for files that only look like libraries."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ffi_core.errors import LibraryLoadError, LoadFailure
from ffi_core.library import elf, linker_script
from ffi_core.library.image import Image, Stamp, open_image, stamp_of
from ffi_core.library.library import Library

_ARCHIVES = (b"!<arch>\n", b"!<thin>\n")
_CACHED_LIBRARIES = 128


def open_library(path: str | Path) -> Library:
    """Read a shared library's file, for whatever system and machine it is, without running any of it.

    The same file in the same state gives the same object, with what it has read already.

    Parameters
    ----------
    path: the file; relative to the working directory. To turn a library's name into a file use `locate`.

    Raises
    ------
    LibraryNotFoundError: nothing is there.
    LibraryLoadError: something is there, but no shared library; ``reason`` says what.
    """
    file = Path(path)
    return _read(file, stamp_of(file))


def sniff(image: Image) -> LibraryLoadError | None:
    """Why a file is no shared library, as far as its first bytes tell; None where they look like one.

    Raises
    ------
    LibraryLoadError: the file cannot be read.
    """
    start = image.read_up_to(0, 4096)
    if start.startswith(elf.MAGIC):
        return None
    if start.startswith(_ARCHIVES):
        detail = "a static archive of object files, which only a linker can use; a shared library is needed"
        return LibraryLoadError(str(image.path), LoadFailure.STATIC_ARCHIVE, detail)
    script = linker_script.read(start)
    if script is not None:
        return LibraryLoadError(str(image.path), LoadFailure.LINKER_SCRIPT, script.summary)
    detail = "the file is empty" if not start else f"not a shared library: it starts with {_first_bytes(start)}"
    return LibraryLoadError(str(image.path), LoadFailure.NOT_A_LIBRARY, detail)


@lru_cache(maxsize=_CACHED_LIBRARIES)
def _read(path: Path, stamp: Stamp) -> Library:
    with open_image(path, stamp) as image:
        failure = sniff(image)
        if failure is not None:
            raise failure
        return elf.read_elf(image)


def _first_bytes(start: bytes) -> str:
    text = start[:16].split(b"\n")[0]
    return repr(text.decode()) if text.isascii() and text.decode().isprintable() else start[:4].hex(" ")
