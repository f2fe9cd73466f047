"""From a path to a `Library`: which format a file has, and a plain answer for files that only look like libraries."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ffi_core.errors import LibraryLoadError, LoadFailure
from ffi_core.library import linker_script
from ffi_core.library.elf import read_elf
from ffi_core.library.elf_header import MAGIC
from ffi_core.library.image import Image, Stamp, absolute, open_image, stamp_of
from ffi_core.library.library import Library

_ARCHIVES = (b"!<arch>\n", b"!<thin>\n")
_CACHED_LIBRARIES = 128
_LOOKED_AT = 4096
_MACH_O = tuple(
    bytes.fromhex(magic) for magic in ("cefaedfe", "cffaedfe", "feedface", "feedfacf", "cafebabe", "cafebabf")
)


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
    file = absolute(str(path))
    return _read(file, stamp_of(file))


def forget() -> None:
    """Forget every library read so far; they are read again when they are opened again."""
    _read.cache_clear()


@lru_cache(maxsize=_CACHED_LIBRARIES)
def _read(path: Path, stamp: Stamp) -> Library:
    with open_image(path, stamp) as image:
        start = image.read_up_to(0, _LOOKED_AT)
        library = _read_as_its_format(image, start)
        if library is None:
            raise _no_library(image, start)
        return library


def _read_as_its_format(image: Image, start: bytes) -> Library | None:
    """Each reader is loaded when the first file of its format is: most sessions see one format."""
    if start.startswith(MAGIC):
        return read_elf(image)
    if start.startswith(b"MZ"):
        from ffi_core.library.pe import read_pe

        return read_pe(image)
    if start.startswith(b"!<arch>\n"):
        from ffi_core.library.import_library import read_import_library

        return read_import_library(image)
    if start[:4] in _MACH_O:
        from ffi_core.library.macho import is_mach_o, read_mach_o

        return read_mach_o(image) if is_mach_o(start) else None
    if start.lstrip()[:1] in (b"-", b"{"):
        from ffi_core.library.tbd import is_stub, read_stub

        return read_stub(image) if is_stub(start) else None
    return None


def _no_library(image: Image, start: bytes) -> LibraryLoadError:
    path = str(image.path)
    if start.startswith(_ARCHIVES):
        detail = "a static archive of object files, which only a linker can use; a shared library is needed"
        return LibraryLoadError(path, LoadFailure.STATIC_ARCHIVE, detail)
    script = linker_script.read(start)
    if script is not None:
        return LibraryLoadError(path, LoadFailure.LINKER_SCRIPT, script.summary)
    detail = "the file is empty" if not start else f"not a shared library: it starts with {_first_bytes(start)}"
    return LibraryLoadError(path, LoadFailure.NOT_A_LIBRARY, detail)


def _first_bytes(start: bytes) -> str:
    text = start[:16].split(b"\n")[0]
    return repr(text.decode()) if text.isascii() and text.decode().isprintable() else start[:4].hex(" ")
