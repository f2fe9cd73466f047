"""Text to snapshot: the calls in a file, facts about their libraries, diagnostics. All I/O of the checker is here.

Libraries are read as files, never loaded. What was read is kept until the file's size, time or inode changes.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ffi_core.dialects import DIALECTS, mentions_bindings, read_tree
from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.library import Library, Location, dependencies, locate, open_library
from ffi_core.model import DlopenCall, Symbol, Text
from ffi_core.source import SourceTree, parse
from ffi_lsp import suppress
from ffi_lsp.diagnostic import Diagnostic
from ffi_lsp.imports import ModuleFiles
from ffi_lsp.prototypes import Comparisons, PrototypeSource, mentioned_in
from ffi_lsp.rules import LibraryFacts, run
from ffi_lsp.rules.schema_values import symbol_of
from ffi_lsp.text import SourceText

LARGEST_TEXT = 4 << 20
"""Bytes. Nobody writes a longer source, and the tree of one would take more than a hundred times its size."""
_SECONDS_BETWEEN_LOOK_UPS = 1.0
_MOST_LIBRARIES_KEPT = 256
_LOOK_UPS_BEFORE_READING_ALL_PAYS = 100
_FOREIGN_SUFFIXES = {
    "linux": (".dll", ".dylib", ".framework", ".tbd"),
    "darwin": (".dll", ".so"),
    "win32": (".so", ".dylib", ".framework", ".tbd"),
}


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
    too_large: whether the text may hold bindings, but is longer than `LARGEST_TEXT`, so that nobody looked.
    """

    path: Path
    text: SourceText
    version: int | None
    calls: tuple[DlopenCall, ...]
    facts: tuple[LibraryFacts, ...]
    diagnostics: tuple[Diagnostic, ...]
    too_large: bool = False


_Key = tuple[str, Path, bool]
"""A library's name, the folder of the file that names it, and whether a bare name may mean a file beside it."""


class Workspace:
    """Makes snapshots, and remembers trees and libraries from one to the next. For use by one thread.

    Parameters
    ----------
    clock: seconds; decides when a library's file is looked at again.
    prototypes: who knows what C says of a library's symbols; without it declarations are not compared with C.
    follow_imports: whether values that other files export are read from there; they are judged where they are used.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        prototypes: PrototypeSource | None = None,
        follow_imports: bool = False,
    ) -> None:
        self._modules = ModuleFiles() if follow_imports else None
        self._libraries = _Libraries(clock)
        self._comparisons = Comparisons(prototypes)
        self._trees: dict[Path, SourceTree] = {}

    def snapshot(self, path: Path, data: bytes, version: int | None = None) -> Snapshot:
        """Read and judge one text.

        Parameters
        ----------
        path: the file that the text belongs to; it need not exist.
        data: the text in UTF-8, saved or not.
        version: the editor's number for it.
        """
        text = SourceText(data)
        if not mentions_bindings(data):
            return Snapshot(path, text, version, (), (), ())
        if len(data) > LARGEST_TEXT:
            return Snapshot(path, text, version, (), (), (), too_large=True)
        tree = self._trees[path] = parse(data, path.suffix, self._trees.get(path))
        calls = read_tree(tree, path, self._modules.open if self._modules is not None else None)
        mentioned = mentioned_in(data, path.parent)
        facts = tuple(
            self._comparisons.add(call, self._libraries.facts(call, path.parent), mentioned) for call in calls
        )
        found = dict.fromkeys(
            diagnostic for call, fact in zip(calls, facts, strict=True) for diagnostic in run(call, fact)
        )
        return Snapshot(path, text, version, calls, facts, tuple(suppress.apply(tree, text, found)))

    def forget(self, path: Path) -> None:
        """Drop what is remembered about a file that was closed."""
        self._trees.pop(path, None)


@dataclass
class _Opened:
    """What is known about one library name in one folder, and the symbols that were looked up in it so far."""

    looked_up_at: float
    facts: LibraryFacts
    exported: dict[str, tuple[Symbol, Library] | None] = field(default_factory=dict)
    near: dict[str, str] = field(default_factory=dict)

    def facts_for(self, names: set[str]) -> LibraryFacts:
        library = self.facts.library
        if library is None:
            return self.facts
        unknown = names - self.exported.keys()
        if len(unknown) > _LOOK_UPS_BEFORE_READING_ALL_PAYS:
            library.symbols()
        for name in unknown:
            found = self.exported[name] = self.facts.find(name)
            nearest = library.nearest(name) if found is None else None
            if nearest is not None:
                self.near[name] = nearest
                self.exported[nearest] = self.facts.find(nearest)
        near = {name: self.near[name] for name in names & self.near.keys()}
        return replace(self.facts, exported={name: self.exported[name] for name in {*names, *near.values()}}, near=near)


class _Libraries:
    """Facts by library name and folder: looked up again after a second; unchanged files are not read again."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._opened: dict[_Key, _Opened] = {}

    def facts(self, call: DlopenCall, folder: Path) -> LibraryFacts:
        if not isinstance(call.library, Text) or not call.library.value or call.library.value.startswith("file:"):
            return LibraryFacts()
        key = (call.library.value, folder, DIALECTS[call.dialect].tries_working_directory)
        names = {symbol for entry in call.declarations if (symbol := symbol_of(call, entry)) is not None}
        try:
            return self._open(key).facts_for(names)
        except (LibraryLoadError, LibraryNotFoundError) as error:
            # The file was replaced while it was read, as a linker does; or it is damaged where the symbols are.
            del self._opened[key]
            return LibraryFacts(self._open(key).facts.location, failure=error)

    def _open(self, key: _Key) -> _Opened:
        now = self._clock()
        known = self._opened.get(key)
        if known is None or now - known.looked_up_at >= _SECONDS_BETWEEN_LOOK_UPS:
            facts = _look_up(*key)
            if known is not None and facts == known.facts:
                known.looked_up_at = now
            else:
                self._opened.pop(key, None)
                while len(self._opened) >= _MOST_LIBRARIES_KEPT:  # each letter typed into a name makes another one
                    del self._opened[next(iter(self._opened))]
                known = self._opened[key] = _Opened(now, facts)
        return known


def _look_up(name: str, folder: Path, bare_means_beside: bool) -> LibraryFacts:
    location = _locate(name, folder)
    if location.path is None and bare_means_beside and "/" not in name:
        beside = _locate(f"./{name}", folder)
        location = location if beside.path is None else beside
    location = _with_usable_neighbours(location, folder)
    if location.path is None or location.failure is not None:
        foreign = _is_for_another_platform(name, location)
        return LibraryFacts(location, failure=None if foreign else location.failure or _not_found(location))
    try:
        library = open_library(location.path)
        needed = dependencies(library)
    except (LibraryLoadError, LibraryNotFoundError) as error:
        return LibraryFacts(location, failure=error)
    return LibraryFacts(
        location, library, None, needed, _are_all_there(library, needed), Path(os.path.realpath(library.path))
    )


def _locate(name: str, folder: Path) -> Location:
    """Where a name leads. A relative path is tried from the file's folder upwards: projects are run from their root."""
    first = locate(name, base=folder)
    if first.path is not None or "/" not in name or name.startswith("/"):
        return first
    for parent in folder.parents:
        other = locate(name, base=parent)
        if other.path is not None:
            return other
    return first


def _with_usable_neighbours(location: Location, folder: Path) -> Location:
    """The same without those near names that lead to no library either, as the linker script ``libm.so`` does."""
    found = [(name, locate(name, base=folder)) for name in location.near]
    return replace(location, near=tuple(name for name, other in found if other.path and not other.failure))


def _is_for_another_platform(name: str, location: Location) -> bool:
    """Whether a name that leads nowhere here may be right elsewhere: ``x.dll``, or ``x``, which Windows completes."""
    bare = "." not in name and "/" not in name
    return name.lower().endswith(_FOREIGN_SUFFIXES.get(sys.platform, ())) or (bare and not location.near)


def _not_found(location: Location) -> LibraryNotFoundError:
    return LibraryNotFoundError(location.name, location.searched, location.near)


def _are_all_there(library: Library, needed: tuple[Library, ...]) -> bool:
    there = {name for entry in needed for name in (entry.soname, entry.path.name)}
    return all(name in there or "/" in name for entry in (library, *needed) for name in entry.needed)
