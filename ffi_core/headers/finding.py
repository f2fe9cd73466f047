"""From a library's symbols to their prototypes: which header declares each, tried in the order of trust.

First what the user names, then the headers of the library's own package, then those that pkg-config and the library's
prefix give, then debug information and the shipped table. A header that is merely near is believed only where the
library exports most of what it declares: no guess ever reaches a judgement.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ffi_core.headers import dwarf, process, table
from ffi_core.headers.abi import LibraryFile
from ffi_core.headers.cache import PrototypeTable
from ffi_core.headers.choosing import Choice
from ffi_core.headers.index import Progress
from ffi_core.headers.reading import read_debug_information, read_headers
from ffi_core.headers.request import HeaderError, HeaderFailure, HeaderRequest
from ffi_core.headers.session import Session
from ffi_core.headers.settings import HeaderSettings
from ffi_core.model import Prototype, PrototypeKind

_PRELUDE = ("stddef.h", "stdint.h", "stdio.h", "sys/types.h")
"""What old headers expect to have been included before them."""
_LEAST_PARSED, _MOST_PARSED = 40, 150
"""How many headers are parsed for a few names, and how many more for some hundred."""
_MOST_INCLUDERS = 4
_LEAST_SHARE = 0.5
_SYSTEM_DIRECTORIES = ("/usr/include", "/usr/local/include")
_NO_SETTINGS = HeaderSettings()


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a library's prototypes.

    Parameters
    ----------
    prototypes: by symbol.
    problems: what went wrong on the way, a sentence each; a header of the settings that cannot be read, say.
    unsought: the symbols that were still looked for when the time was up.
    """

    prototypes: Mapping[str, Prototype] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    unsought: frozenset[str] = frozenset()


def find_prototypes(
    library: LibraryFile,
    names: Iterable[str],
    *,
    settings: HeaderSettings = _NO_SETTINGS,
    base: Path | None = None,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
    seconds: float = math.inf,
    session: Session | None = None,
) -> Found:
    """Find the prototypes of a library's symbols. The library is read, never loaded.

    Parameters
    ----------
    library: whose symbols they are.
    names: the symbols.
    settings: what the user says of its headers.
    base: the directory that relative paths of the settings start from; the working directory by default.
    cancel: set by another thread to end the search; what was found until then is given.
    progress: called with how many headers were looked through, and of how many, while an index is built.
    seconds: how long the search may take; what was found until then is given.
    session: what earlier searches have read, and need not be read again.

    Returns
    -------
    The prototypes that are known. Headers that are missing, wrong or hostile raise nothing; they are problems.
    """
    search = _Search(library, set(names), settings, base or Path.cwd(), cancel, progress, seconds, session)
    unsought: frozenset[str] = frozenset()
    try:
        with search.hired():
            search.run()
    except _TimeIsUpError:
        unsought = search.missing
    except HeaderError as error:
        search.problems.append(str(error))
    return Found(search.prototypes, tuple(search.problems), unsought)


def find_in_headers(
    names: Iterable[str],
    *,
    settings: HeaderSettings = _NO_SETTINGS,
    base: Path | None = None,
    cancel: threading.Event | None = None,
    progress: Progress | None = None,
) -> Found:
    """Find prototypes where no library is known: in the headers of the settings, else in any header of the system.

    Parameters and result are those of `find_prototypes`. With headers in the settings, no others are looked at.
    """
    search = _Search(None, set(names), settings, base or Path.cwd(), cancel, progress)
    try:
        with search.hired():
            search.run_without_library()
    except HeaderError as error:
        search.problems.append(str(error))
    return Found(search.prototypes, tuple(search.problems))


class _TimeIsUpError(Exception):
    """The search has taken as long as it may."""


class _Search:
    """One search under way; what is missing shrinks from step to step."""

    def __init__(
        self,
        library: LibraryFile | None,
        missing: set[str],
        settings: HeaderSettings,
        base: Path,
        cancel: threading.Event | None,
        progress: Progress | None,
        seconds: float = math.inf,
        session: Session | None = None,
    ) -> None:
        self._deadline = time.monotonic() + seconds
        self._session = session or Session()
        self.prototypes: dict[str, Prototype] = {}
        self.problems: list[str] = []
        self._worker = self._session.worker or process.Worker()
        self._library, self._missing, self._settings, self._base = library, missing, settings, base
        self._cancel, self._progress = cancel, progress
        self._own_directories = [str((base / entry).absolute()) for entry in settings.include_dirs]

    @property
    def missing(self) -> frozenset[str]:
        """The names that nobody has found yet."""
        return frozenset(self._missing)

    def hired(self) -> AbstractContextManager[object]:
        """While this holds the search has its worker, which ends with it unless it is the session's."""
        return nullcontext() if self._session.worker is not None else self._worker

    def run(self) -> None:
        """Look for the prototypes of a library's symbols."""
        library = self._library
        assert library is not None
        self._by_settings()
        packaged = self._session.package_headers(library) if self._missing else ()
        if packaged:
            self._by_index(packaged, near=False)
        if self._missing:
            # A package has said all there is; without one, what lies near may be the library's own.
            places = self._own_directories if packaged else [*self._directories, *_headers_beside(library)]
            self._by_index(places, near=True)
        if table.is_standard_library(library):
            self._take(table.standard_prototypes())
        if self._missing and library.format == "elf" and dwarf.is_installed():
            self._by_debug_information(library)

    def run_without_library(self) -> None:
        """Look for prototypes wherever they may be."""
        self._by_settings()
        if not self._settings.headers:
            self._by_index([*self._own_directories, *_SYSTEM_DIRECTORIES], near=False)
            self._take(table.standard_prototypes())

    def _by_settings(self) -> None:
        if not self._settings.headers:
            return
        files = ((name, self._base / name) for name in self._settings.headers)
        headers = tuple(str(path.absolute()) if path.is_file() else name for name, path in files)
        try:
            self._take(self._read(headers))
        except HeaderError as error:
            if error.reason is HeaderFailure.CANCELLED:
                raise
            self.problems.append(str(error))

    def _by_debug_information(self, library: LibraryFile) -> None:
        try:
            names = sorted(self._missing)
            self._take(read_debug_information(library, names, timeout=self._timeout(), cancel=self._cancel))
        except HeaderError as error:
            if error.reason is not HeaderFailure.NOT_FOUND:
                raise

    # --- headers by the names in them -------------------------------------------------------------------------------

    def _by_index(self, places: Iterable[str], *, near: bool) -> None:
        """Parse the header that mentions most of what is missing, then the next, until nothing is missing."""
        # A thousand headers of a package are asked about for each file of a check: a `Path` of each takes most of that.
        there = [place for place in dict.fromkeys(places) if os.path.exists(place)] if self._missing else []  # noqa: PTH110
        believed = self._session.believed((self._library and self._library.path, tuple(there), self._settings, near))
        for table_of_before in believed:
            self._take(table_of_before, near=near)
        if not there or not self._missing:
            return
        index = self._session.index(there, self._cancel, self._progress)
        choice = Choice(index, self._missing, through_includes=not near and self._library is not None)
        for _ in range(_LEAST_PARSED + min(_MOST_PARSED, len(self._missing) // 4)):
            best = choice.best()
            if best is None:
                return
            # One that cannot stand alone is a part of those that include it.
            for header in (best, *index.including(best)[:_MOST_INCLUDERS]):
                choice.tried([header])
                found = self._read_alone(header)
                if found is not None:
                    choice.tried(found.files)
                    believed.append(found)
                    choice.found(self._take(found, near=near))
                    break

    def _read_alone(self, header: str) -> PrototypeTable | None:
        """What one header declares, with what old headers need before it; None where it cannot stand alone."""
        for headers in ((header,), (*_PRELUDE, header)):
            try:
                found = self._read(headers)
            except HeaderError as error:
                if error.reason in (HeaderFailure.CANCELLED, HeaderFailure.NO_PARSER):
                    raise
                continue
            if not found.complaints or any(name in found for name in self._missing):
                return found
        return None

    def _read(self, headers: tuple[str, ...]) -> PrototypeTable:
        request = self._request(headers)
        failure = self._session.failure(request)
        if failure is not None:
            raise failure
        tables = self._session.tables
        if request not in tables:
            try:
                tables[request] = read_headers(
                    request, timeout=self._timeout(), cancel=self._cancel, worker=self._worker
                )
            except HeaderError as error:
                self._session.failed(request, error)
                raise
        return tables[request]

    def _timeout(self) -> float:
        """The seconds that the next step may take."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise _TimeIsUpError
        return min(left, process.TIMEOUT)

    def _request(self, headers: tuple[str, ...]) -> HeaderRequest:
        # A compiler searches the system's directory itself, last; before its own headers it would hide some of them.
        directories = [
            entry for entry in self._directories if entry not in _SYSTEM_DIRECTORIES and Path(entry).is_dir()
        ]
        return HeaderRequest(headers, tuple(directories), self._settings.defines)

    @cached_property
    def _directories(self) -> list[str]:
        """The include directories that come with the settings and the library."""
        if self._library is None:
            return self._own_directories
        found = (*self._own_directories, *self._session.pkg_config_directories(self._library), *_prefix(self._library))
        return list(dict.fromkeys(found))

    # --- what is believed -------------------------------------------------------------------------------------------

    def _take(self, found: Mapping[str, Prototype], *, near: bool = False) -> set[str]:
        """Believe what was found of the missing names; gives those that are missing no longer."""
        shares: dict[str, float] = {}
        taken = set()
        for name in sorted(name for name in self._missing if name in found):
            prototype = found[name]
            if near and shares.setdefault(prototype.header, self._share(found, prototype.header)) < _LEAST_SHARE:
                continue
            self.prototypes[name] = prototype
            taken.add(name)
        self._missing -= taken
        return taken

    def _share(self, found: Mapping[str, Prototype], header: str) -> float:
        """How much of what a header declares the library exports."""
        own = [
            entry.name
            for entry in found.values()
            if entry.header == header and entry.kind is PrototypeKind.FUNCTION and not entry.name.startswith("_")
        ]
        assert self._library is not None
        exported = sum(self._library.find(name) is not None for name in own)
        return exported / len(own) if own else 0.0


def _prefix(library: LibraryFile) -> Iterator[str]:
    """The include directories that belong to the place where a library is installed, or built."""
    folder = library.path.parent
    multiarch = folder.name if folder.parent.name == "lib" else ""
    prefix = folder.parent.parent if multiarch else folder.parent
    if multiarch:
        yield str(prefix / "include" / multiarch)
    yield str(prefix / "include")
    yield str(folder / "include")


def _headers_beside(library: LibraryFile) -> list[str]:
    return sorted(str(path) for path in library.path.parent.glob("*.h"))
