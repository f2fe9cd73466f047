"""The modules of a workspace that a file imports, read from disk and kept until their files change."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path, PurePath

from ffi_core.source import SourceTree, parse
from ffi_lsp.specifiers.disk import LARGEST_FILE, SECONDS_BETWEEN_LOOKS, Disk, Stamp, View
from ffi_lsp.specifiers.resolve import DATA, places

_MOST_KEPT = 256
_MOST_SPECIFIERS = 4096


class ModuleFiles:
    """Finds modules as the runtimes, bundlers and TypeScript do, and reads them.

    Parameters
    ----------
    unsaved: the text of a file that somebody is editing, which counts instead of what the disk has; None for others.
    clock: seconds; decides when a file is looked at again.
    """

    def __init__(
        self,
        unsaved: Callable[[Path], bytes | None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._unsaved, self._clock = unsaved, clock
        self._disk = Disk(clock)
        self._trees: dict[Path, tuple[Stamp | bytes, SourceTree]] = {}
        self._places: dict[tuple[PurePath, str], tuple[float, tuple[Path, ...], frozenset[Path]]] = {}

    def look_again(self) -> None:
        """Look at every file again when it is asked for next: some have changed."""
        self._disk.look_again()
        self._places.clear()

    def open(
        self, importer: PurePath, specifier: str, looked_at: set[Path] | None = None
    ) -> tuple[PurePath, SourceTree] | None:
        """The file that a specifier means, and its tree.

        Parameters
        ----------
        importer: the file that imports.
        specifier: as it is written: ``"./schema.ts"``, or a name that a deno.json, a tsconfig.json or a package.json of
            the project leads to a file. What is installed, and what is elsewhere, is not known.
        looked_at: takes every path that decides the answer: the file, those before it that are missing, and the
            project's configuration.
        """
        looked_at = set() if looked_at is None else looked_at
        paths, decisive = self._known_places(importer, specifier)
        looked_at |= decisive
        for path in paths:
            looked_at.add(path)
            try:
                tree = self._tree(path)
            except (OSError, ValueError):
                continue
            if tree is not None:
                return path, tree
        return None

    def _known_places(self, importer: PurePath, specifier: str) -> tuple[tuple[Path, ...], frozenset[Path]]:
        key, now = (importer, specifier), self._clock()
        known = self._places.get(key)
        if known is None or now - known[0] >= SECONDS_BETWEEN_LOOKS:
            if len(self._places) >= _MOST_SPECIFIERS:
                self._places.clear()
            looked_at: set[Path] = set()
            module = Path(os.path.abspath(importer))  # noqa: PTH100  (links stay as they are written)
            paths = tuple(places(module, specifier, View(self._disk, looked_at))) if specifier else ()
            known = (now, tuple(filter(_is_name, paths)), frozenset(filter(_is_name, looked_at)))
            self._places[key] = known
        return known[1:]

    def _tree(self, path: Path) -> SourceTree | None:
        known = self._trees.get(path)
        data = self._unsaved(path)
        stamp: Stamp | bytes | None = data if data is not None else self._disk.stamp(path)
        if stamp is None or len(data or b"") > LARGEST_FILE:
            return None
        if known is None or known[0] != stamp:
            if len(self._trees) >= _MOST_KEPT:
                self._trees.clear()
            old = known[1] if known is not None else None
            text = self._disk.data(path, stamp[0]) if isinstance(stamp, tuple) else stamp
            known = self._trees[path] = (stamp, _parsed(path, text, old))
        return known[1]


def _parsed(path: Path, text: bytes, old: SourceTree | None) -> SourceTree:
    """The tree of a module; data is one that exports itself as a whole."""
    if path.suffix.lower() != DATA:
        return parse(text, path.suffix, old)
    return parse(b"export = " + text.removeprefix(b"\xef\xbb\xbf"), ".ts", old)


def _is_name(path: Path) -> bool:
    """Whether a file can have that name at all, so that somebody can watch it."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False
