"""Text to snapshot: the calls in a file, facts about their libraries, diagnostics. All I/O of the checker is here.

Libraries are read as files, never loaded. What was read is kept until the file's size, time or inode changes.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ffi_core.dialects import mentions_bindings, read_tree
from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.library import Library, locate, open_library
from ffi_core.model import DlopenCall, Text
from ffi_core.source import SourceTree, parse
from ffi_lsp.diagnostic import Diagnostic
from ffi_lsp.rules import LibraryFacts, run
from ffi_lsp.text import SourceText

_SECONDS_BETWEEN_STATS = 1.0
_FOREIGN_SUFFIXES = {
    "linux": (".dll", ".dylib", ".framework", ".tbd"),
    "darwin": (".dll", ".so"),
    "win32": (".so", ".dylib", ".framework", ".tbd"),
}

Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is known about one text of one file.

    Parameters
    ----------
    path: the file; relative library paths are looked up beside it.
    text: the text.
    version: the editor's number for it, or None.
    calls: the calls that open a library, in order.
    facts: what is known about the library of each call.
    diagnostics: what the rules say, in the order of the text.
    """

    path: Path
    text: SourceText
    version: int | None
    calls: tuple[DlopenCall, ...]
    facts: tuple[LibraryFacts, ...]
    diagnostics: tuple[Diagnostic, ...]


class Workspace:
    """Makes snapshots, and remembers trees and libraries from one to the next. For use by one thread.

    Parameters
    ----------
    clock: seconds; decides when a library's file is looked at again.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._libraries = _Libraries(clock)
        self._trees: dict[Path, SourceTree] = {}

    def snapshot(self, path: Path, data: bytes, version: int | None = None) -> Snapshot:
        """Read and judge one text.

        Parameters
        ----------
        path: the file that the text belongs to; it need not exist.
        data: the text in UTF-8, saved or not.
        version: the editor's number for it.
        """
        calls: tuple[DlopenCall, ...] = ()
        if mentions_bindings(data):
            tree = parse(data, path.suffix, self._trees.get(path))
            self._trees[path] = tree
            calls = read_tree(tree)
        facts = tuple(self._libraries.facts(call, path.parent) for call in calls)
        found = dict.fromkeys(
            diagnostic for call, fact in zip(calls, facts, strict=True) for diagnostic in run(call, fact)
        )
        return Snapshot(path, SourceText(data), version, calls, facts, tuple(found))

    def forget(self, path: Path) -> None:
        """Drop what is remembered about a file that was closed."""
        self._trees.pop(path, None)


class _Libraries:
    """Facts by library name and folder: looked up again after a second, read again when a file has changed."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._facts: dict[tuple[str, Path], tuple[float, LibraryFacts]] = {}
        self._files: dict[Path, tuple[Stamp, Library | LibraryLoadError]] = {}

    def facts(self, call: DlopenCall, base: Path) -> LibraryFacts:
        if not isinstance(call.library, Text):
            return LibraryFacts()
        key = (call.library.value, base)
        read_at, facts = self._facts.get(key, (0.0, None))
        now = self._clock()
        if facts is None or now - read_at >= _SECONDS_BETWEEN_STATS:
            facts = self._look_up(*key)
            self._facts[key] = (now, facts)
        return facts

    def _look_up(self, name: str, base: Path) -> LibraryFacts:
        location = locate(name, base=base)
        if location.path is None:
            if location.failure is not None:
                return LibraryFacts(location, failure=location.failure)
            missing = LibraryNotFoundError(name, location.searched, location.near)
            return LibraryFacts(location, failure=None if _is_for_another_platform(name) else missing)
        opened = self._open(location.path)
        if not isinstance(opened, Library):
            return LibraryFacts(location, failure=opened)
        needed, complete = self._needed_by(opened)
        return LibraryFacts(location, opened, None, needed, complete)

    def _open(self, path: Path) -> Library | LibraryNotFoundError | LibraryLoadError:
        try:
            status = path.stat()
            stamp = (status.st_size, status.st_mtime_ns, status.st_ino)
            known = self._files.get(path)
            if known is None or known[0] != stamp:
                known = self._files[path] = (stamp, _read(path))
            return known[1]
        except OSError:
            return LibraryNotFoundError(str(path), (str(path),))

    def _needed_by(self, library: Library) -> tuple[tuple[Library, ...], bool]:
        """The needed libraries breadth first, as dlsym searches them, and whether all of them were found."""
        found: list[Library] = []
        waiting, seen, complete = [library], {library.path}, True
        while waiting:
            current = waiting.pop(0)
            for name in current.needed:
                path = locate(name, base=current.path.parent).path
                opened = self._open(path) if path is not None else None
                if not isinstance(opened, Library):
                    complete = False
                elif opened.path not in seen:
                    seen.add(opened.path)
                    found.append(opened)
                    waiting.append(opened)
        return tuple(found), complete


def _read(path: Path) -> Library | LibraryLoadError:
    try:
        return open_library(path)
    except LibraryLoadError as error:
        return error


def _is_for_another_platform(name: str) -> bool:
    return name.lower().endswith(_FOREIGN_SUFFIXES.get(sys.platform, ())) or (sys.platform != "win32" and "\\" in name)
