"""What searches for prototypes have in common while nothing changes on disk: it is read and checked once for all."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from ffi_core.headers import packages
from ffi_core.headers.abi import LibraryFile
from ffi_core.headers.cache import PrototypeTable
from ffi_core.headers.index import HeaderIndex, Progress, index_of
from ffi_core.headers.process import Worker
from ffi_core.headers.request import HeaderError, HeaderFailure, HeaderRequest


class Session:
    """Remembers indexes, tables and packages. Drop it when files may have changed; for use by one thread.

    Parameters
    ----------
    worker: who reads headers for all searches, and is ended by whoever gave it; one for each search if None.
    """

    def __init__(self, worker: Worker | None = None) -> None:
        self.worker = worker
        self.tables: dict[HeaderRequest, PrototypeTable] = {}
        self._failures: dict[HeaderRequest, HeaderError] = {}
        self._believed: dict[object, list[PrototypeTable]] = {}
        self._indexes: dict[tuple[str, ...], HeaderIndex] = {}
        self._packages: dict[Path, tuple[str, ...]] = {}
        self._directories: dict[Path, tuple[str, ...]] = {}

    def failure(self, request: HeaderRequest) -> HeaderError | None:
        """Why these headers could not be read, where that was tried."""
        return self._failures.get(request)

    def failed(self, request: HeaderRequest, error: HeaderError) -> None:
        """Keep a failure that would come again."""
        if error.reason not in (HeaderFailure.CANCELLED, HeaderFailure.TIMED_OUT):
            self._failures[request] = error

    def believed(self, subject: object) -> list[PrototypeTable]:
        """The tables from which names of a subject were taken so far, in order; the caller adds to them."""
        return self._believed.setdefault(subject, [])

    def index(
        self, places: Sequence[str], cancel: threading.Event | None = None, progress: Progress | None = None
    ) -> HeaderIndex:
        """As `index_of`."""
        key = tuple(places)
        if key not in self._indexes:
            self._indexes[key] = index_of(places, cancel=cancel, progress=progress)
        return self._indexes[key]

    def package_headers(self, library: LibraryFile) -> tuple[str, ...]:
        """As `packages.package_headers`."""
        if library.path not in self._packages:
            self._packages[library.path] = packages.package_headers(library)
        return self._packages[library.path]

    def pkg_config_directories(self, library: LibraryFile) -> tuple[str, ...]:
        """As `packages.pkg_config_directories`."""
        if library.path not in self._directories:
            self._directories[library.path] = packages.pkg_config_directories(library)
        return self._directories[library.path]
