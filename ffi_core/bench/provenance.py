"""When a run was made, and of which build of a library: what sets two reports of the same call apart."""

from __future__ import annotations

import time
from pathlib import Path

from ffi_core.errors import FFIError
from ffi_core.library import Library, open_library


def now_in_words() -> str:
    """This moment in local time with its offset: ``2026-03-01 14:05:09 +0100``."""
    return time.strftime("%Y-%m-%d %H:%M:%S %z")


def read_library(path: str) -> Library | None:
    """The library's file, read and not loaded; None where it cannot be read any more."""
    try:
        return open_library(Path(path))
    except FFIError:
        return None


def describe_build(library: Library | None) -> str:
    """What tells one build of a library from another: its linker's identity for it, else its file's time and size."""
    if library is None:
        return "unknown"
    if library.build_id is not None:
        return library.build_id[:16]
    try:
        facts = library.path.stat()
    except OSError:
        return "unknown"
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(facts.st_mtime))} UTC, {facts.st_size:,} bytes"
