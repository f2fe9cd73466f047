"""The facts about a call's library: which file its name means, and what that file exports. It is read, never loaded.

What was read is kept until the file's size, time or inode changes, which is looked at again after a second.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ffi_core.dialects import DIALECTS
from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.library import Library, Location, dependencies, locate, open_library
from ffi_core.library.mangling import demangle
from ffi_core.mark import Mark
from ffi_core.model import DlopenCall, Symbol, Text
from ffi_lsp.c_names import CNames
from ffi_lsp.rules import LibraryFacts
from ffi_lsp.rules.facts import Astray

_SECONDS_BETWEEN_LOOK_UPS = 1.0
_MOST_LIBRARIES_KEPT = 256
_MOST_ANSWERS_KEPT = 256
_LOOK_UPS_BEFORE_READING_ALL_PAYS = 100
_LARGE = 16 << 20
"""Bytes of a library's file, from which on reading all of its names may take longer than a keystroke."""
_FOREIGN_SUFFIXES = {
    "linux": (".dll", ".dylib", ".framework", ".tbd"),
    "darwin": (".dll", ".so"),
    "win32": (".so", ".dylib", ".framework", ".tbd"),
}


@dataclass(frozen=True, slots=True)
class _Key:
    """What decides which file a call's library is.

    Parameters
    ----------
    name: as it is written.
    folder: that of the file that names it.
    bare_means_beside: whether a name without a slash may mean a file beside it.
    paths: folders that the user has named, searched first.
    """

    name: str
    folder: Path
    bare_means_beside: bool
    paths: tuple[Path, ...]


_Declared = tuple[str, str, tuple[Mark, ...]]
"""What decides which C names some declarations have: dialect and kind of the call, and they themselves."""


@dataclass
class _Opened:
    """What is known about one library name in one folder, and the symbols that were looked up in it so far."""

    looked_up_at: float
    facts: LibraryFacts
    exported: dict[str, tuple[Symbol, Library] | None] = field(default_factory=dict)
    near: dict[str, str] = field(default_factory=dict)
    astray: dict[str, Astray] = field(default_factory=dict)
    is_whole: bool = False
    answers: dict[_Declared, LibraryFacts] = field(default_factory=dict)
    """The facts for declarations that were asked about: at most keystrokes they are the same ones."""

    @property
    def is_partly_read(self) -> bool:
        """Whether a large file's symbols have not been listed yet."""
        return not self.is_whole and self.facts.library is not None and is_large(self.facts.library)

    def learn(self, names: Collection[str]) -> None:
        """Look up those of the names that are not known yet."""
        library = self.facts.library
        unknown = set(names) - self.exported.keys()
        if library is None or not unknown:
            return
        if len(unknown) > _LOOK_UPS_BEFORE_READING_ALL_PAYS:
            library.symbols()
        for name in unknown:
            found = self.facts.find(name)
            nearest = library.nearest(name) if found is None else None
            if nearest is not None:
                self.near[name] = nearest
                self.exported[nearest] = self.facts.find(nearest)
            astray = _astray(library, name) if found is None else None
            if astray is not None:
                self.astray[name] = astray
            self.exported[name] = found

    def takes_long_to_learn(self, names: Collection[str]) -> bool:
        """Whether all names of a large file must be read for these: where many are new, or one of them is missing."""
        library = self.facts.library
        unknown = set(names) - self.exported.keys()
        if library is None or not unknown or not is_large(library):
            return False
        if len(unknown) > _LOOK_UPS_BEFORE_READING_ALL_PAYS:
            return True
        for name in unknown:
            found = self.facts.find(name)
            if found is None:
                return True
            self.exported[name] = found
        return False

    def facts_for(self, call: DlopenCall, names: CNames) -> LibraryFacts:
        """The facts, with what the names mean that a call declares: the same object as long as they are the same."""
        if self.facts.library is None:
            return self.facts
        declared = _declared(call)
        found = self.answers.get(declared)
        if found is None:
            if len(self.answers) >= _MOST_ANSWERS_KEPT:
                self.answers.clear()
            found = self.answers[declared] = self._facts_for(names.of(call))
        return found

    def _facts_for(self, names: Collection[str]) -> LibraryFacts:
        self.learn(names)
        near = {name: self.near[name] for name in names if name in self.near} if self.near else {}
        exported = {name: self.exported[name] for name in {*names, *near.values()}}
        astray = {name: self.astray[name] for name in names if name in self.astray} if self.astray else {}
        return replace(self.facts, exported=exported, near=near, astray=astray)


def _astray(library: Library, name: str) -> Astray | None:
    """What became of a symbol that the library does not give by its plain name."""
    mangled = next(iter(library.mangled(name)), None)
    if mangled is not None:
        try:
            return Astray(mangled, demangle(mangled))
        except ModuleNotFoundError:
            return Astray(mangled)
    old = next((symbol for symbol in library.symbols() if symbol.name == name and not symbol.default), None)
    return Astray(old_version=old.version) if old is not None else None


@dataclass(frozen=True)
class Reading:
    """The slow part of finding out about libraries. `read` may run in any thread; then `Libraries.accept` takes it."""

    wanted: tuple[tuple[_Key, frozenset[str]], ...]
    known: Mapping[_Key, _Opened]
    whole: bool
    found: dict[_Key, _Opened] = field(default_factory=dict)

    def libraries(self) -> Iterator[Library]:
        """The libraries that were found."""
        return (opened.facts.library for opened in self.found.values() if opened.facts.library is not None)

    def read(self) -> None:
        """Look names of libraries and of symbols up. What cannot be read is left for the judgement to stumble over."""
        for key, names in self.wanted:
            opened = self.found.get(key) or self.known.get(key) or _Opened(0.0, _look_up(key))
            # Whoever judges meanwhile reads the old one.
            opened = replace(opened, exported=dict(opened.exported), near=dict(opened.near), answers={})
            self.found[key] = opened
            try:
                opened.learn(names)
                if self.whole and opened.facts.library is not None:
                    opened.facts.library.symbols()
                    opened.is_whole = True
            except (LibraryLoadError, LibraryNotFoundError):
                del self.found[key]


class Libraries:
    """Facts by library name and folder. For use by one thread, but for a `Reading`.

    Parameters
    ----------
    clock: seconds; decides when a library's file is looked at again.
    names: tells the C names of declarations.
    """

    def __init__(self, clock: Callable[[], float], names: CNames | None = None) -> None:
        self._clock = clock
        self._opened: dict[_Key, _Opened] = {}
        self._names = CNames() if names is None else names

    def facts(self, call: DlopenCall, folder: Path, paths: tuple[Path, ...] = ()) -> LibraryFacts:
        """What is known about the library of a call.

        Parameters
        ----------
        call: the call.
        folder: that of the file it stands in.
        paths: folders in which bare names are looked for first.
        """
        key = _key_of(call, folder, paths)
        if key is None:
            return LibraryFacts()
        try:
            return self._open(key).facts_for(call, self._names)
        except (LibraryLoadError, LibraryNotFoundError) as error:
            # The file was replaced while it was read, as a linker does; or it is damaged where the symbols are.
            del self._opened[key]
            return LibraryFacts(self._open(key).facts.location, failure=error)

    def unread(
        self, calls: Collection[DlopenCall], folder: Path, paths: tuple[Path, ...] = (), *, whole: bool = False
    ) -> Reading | None:
        """What would have to be read for the facts about these calls, so that it can be read beforehand.

        Parameters
        ----------
        calls, folder, paths: as for `facts`.
        whole: whether every symbol of the libraries will be asked for.

        Returns
        -------
        None where that is nothing that takes long.
        """
        wanted = []
        for call in calls:
            key = _key_of(call, folder, paths)
            if key is None:
                continue
            opened = self._opened.get(key)
            if opened is not None and not whole and _declared(call) in opened.answers:
                continue
            names = self._names.of(call)
            try:
                if opened is None or opened.takes_long_to_learn(names) or (whole and opened.is_partly_read):
                    wanted.append((key, names))
            except (LibraryLoadError, LibraryNotFoundError):
                continue  # it was replaced; whoever asks for the facts opens it anew
        known = {key: self._opened[key] for key, _ in wanted if key in self._opened}
        return Reading(tuple(wanted), known, whole) if wanted else None

    def accept(self, reading: Reading) -> None:
        """Take over what was read beforehand."""
        for key, opened in reading.found.items():
            known = self._opened.get(key)
            if known is None or known.facts == opened.facts:
                self._keep(key, replace(opened, looked_up_at=self._clock()))

    def look_again(self) -> None:
        """Look at every library's file again when it is asked for next: something has changed on disk."""
        for opened in self._opened.values():
            opened.looked_up_at = -_SECONDS_BETWEEN_LOOK_UPS

    def _open(self, key: _Key) -> _Opened:
        now = self._clock()
        known = self._opened.get(key)
        if known is None or now - known.looked_up_at >= _SECONDS_BETWEEN_LOOK_UPS:
            facts = _look_up(key)
            if known is not None and facts == known.facts:
                known.looked_up_at = now
            else:
                known = _Opened(now, facts)
                self._keep(key, known)
        return known

    def _keep(self, key: _Key, opened: _Opened) -> None:
        self._opened.pop(key, None)
        while len(self._opened) >= _MOST_LIBRARIES_KEPT:  # each letter typed into a name makes another one
            del self._opened[next(iter(self._opened))]
        self._opened[key] = opened


def is_large(library: Library) -> bool:
    """Whether reading all names of a library's file may take longer than anybody should wait for."""
    try:
        return library.path.stat().st_size >= _LARGE
    except OSError:
        return False


def _key_of(call: DlopenCall, folder: Path, paths: tuple[Path, ...]) -> _Key | None:
    if not isinstance(call.library, Text) or not call.library.value or call.library.value.startswith("file:"):
        return None
    return _Key(call.library.value, folder, DIALECTS[call.dialect].tries_working_directory, paths)


def _declared(call: DlopenCall) -> _Declared:
    return call.dialect, call.kind, tuple([entry.mark for entry in call.declarations])


def _look_up(key: _Key) -> LibraryFacts:
    location = _locate_everywhere(key)
    location = _with_usable_neighbours(location, key.folder)
    if location.path is None or location.failure is not None:
        foreign = _is_for_another_platform(key.name, location)
        return LibraryFacts(location, failure=None if foreign else location.failure or _not_found(location))
    try:
        library = open_library(location.path)
        needed = dependencies(library)
    except (LibraryLoadError, LibraryNotFoundError) as error:
        return LibraryFacts(location, failure=error)
    return LibraryFacts(
        location, library, None, needed, _are_all_there(library, needed), Path(os.path.realpath(library.path))
    )


def _locate_everywhere(key: _Key) -> Location:
    """Where a name leads: into the user's folders, along the loader's ways, then beside the file."""
    is_path = "/" in key.name
    for place in () if is_path else key.paths:
        named = locate(f"./{key.name}", base=place)
        if named.path is not None:
            return named
    location = _locate(key.name, key.folder)
    if location.path is None and key.bare_means_beside and not is_path:
        beside = _locate(f"./{key.name}", key.folder)
        return location if beside.path is None else beside
    return location


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
