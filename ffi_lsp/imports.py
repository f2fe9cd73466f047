"""The modules of a workspace that a file imports, read from disk and kept until their files change."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePath

from ffi_core.source import SUFFIXES, SourceTree, parse
from ffi_lsp.path_mapping import NAMES, PathMapping, mapping_of

_LARGEST_MODULE = 4 << 20
_MOST_KEPT = 256
_MOST_LOOKED_AT = 4096
_SECONDS_BETWEEN_LOOKS = 1.0  # as libraries are looked at; a keystroke must not wait for a disk
# TypeScript's sources name what the compiler will have made of the other file.
_WRITTEN_AS = {".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
_LEFT_OUT = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")

_Stamp = tuple[int, int, int]


class ModuleFiles:
    """Finds modules as bundlers and TypeScript do: the file itself, one with a suffix, or a folder's index file.

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
        self._trees: dict[Path, tuple[_Stamp | bytes, SourceTree]] = {}
        self._stamps: dict[Path, tuple[float, _Stamp | None]] = {}
        self._candidates: dict[tuple[Path, str], tuple[Path, ...]] = {}
        self._mappings: dict[Path, tuple[PathMapping | None, dict[Path, _Stamp | None]]] = {}

    def look_again(self) -> None:
        """Look at every file again when it is asked for next: some have changed."""
        self._stamps.clear()
        self._mappings.clear()

    def open(
        self, importer: PurePath, specifier: str, looked_at: set[Path] | None = None
    ) -> tuple[PurePath, SourceTree] | None:
        """The file that a specifier means, and its tree.

        Parameters
        ----------
        importer: the file that imports.
        specifier: as it is written: ``"./schema.ts"``, or a name that the project's tsconfig.json maps to a path.
            Names of packages lead nowhere.
        looked_at: takes every path that decides the answer: the file, and those before it that are missing.
        """
        if "\0" in specifier or not specifier:
            return None
        looked_at = set() if looked_at is None else looked_at
        for path in self._paths(Path(importer), specifier, looked_at):
            looked_at.add(path)
            try:
                tree = self._tree(path)
            except (OSError, ValueError):
                continue
            if tree is not None:
                return path, tree
        return None

    def _paths(self, importer: Path, specifier: str, looked_at: set[Path]) -> Iterator[Path]:
        if specifier.startswith(("./", "../")):
            yield from self._written(importer.parent, specifier)
            return
        mapping = None if ":" in specifier else self._mapping(importer, looked_at)
        for target in mapping.targets(specifier) if mapping is not None else ():
            yield from self._written(target.parent, f"./{target.name}")

    def _written(self, folder: Path, specifier: str) -> tuple[Path, ...]:
        key = (folder, specifier)
        known = self._candidates.get(key)
        if known is None:
            if len(self._candidates) >= _MOST_KEPT:
                self._candidates.clear()
            known = self._candidates[key] = tuple(_candidates(Path(os.path.normpath(folder / specifier))))
        return known

    def _mapping(self, importer: Path, looked_at: set[Path]) -> PathMapping | None:
        """What the nearest configuration file above a module maps."""
        for folder in importer.parents:
            for name in NAMES:
                file = folder / name
                looked_at.add(file)
                if self._stamp(file) is None:
                    continue
                known = self._mappings.get(file)
                if known is None or any(self._stamp(path) != before for path, before in known[1].items()):
                    read: dict[Path, _Stamp | None] = {}
                    known = self._mappings[file] = (mapping_of(file, partial(self._read, read)), read)
                looked_at.update(known[1])
                return known[0]
        return None

    def _read(self, into: dict[Path, _Stamp | None], path: Path) -> bytes | None:
        into[path] = self._stamp(path)
        try:
            return path.read_bytes() if into[path] is not None else None
        except OSError:
            return None

    def _stamp(self, path: Path) -> _Stamp | None:
        now = self._clock()
        known = self._stamps.get(path)
        if known is None or now - known[0] >= _SECONDS_BETWEEN_LOOKS:
            if len(self._stamps) >= _MOST_LOOKED_AT:
                self._stamps.clear()
            try:
                stamp = _stamp_of(path)
            except (OSError, ValueError):
                stamp = None
            known = self._stamps[path] = (now, stamp)
        return known[1]

    def _tree(self, path: Path) -> SourceTree | None:
        known = self._trees.get(path)
        data = self._unsaved(path)
        stamp: _Stamp | bytes | None = data if data is not None else self._stamp(path)
        if stamp is None or (data is not None and len(data) > _LARGEST_MODULE):
            return None
        if known is None or known[0] != stamp:
            if len(self._trees) >= _MOST_KEPT:
                self._trees.clear()
            old = known[1] if known is not None else None
            known = (stamp, parse(path.read_bytes() if data is None else data, path.suffix, old))
            self._trees[path] = known
        return known[1]


def _stamp_of(path: Path) -> _Stamp | None:
    """What tells one state of a file from another; None for what is no file that anybody wrote by hand."""
    if not path.is_file():
        return None
    status = path.stat()
    if status.st_size > _LARGEST_MODULE:
        return None
    return (status.st_size, status.st_mtime_ns, status.st_ino)


def _candidates(path: Path) -> Iterator[Path]:
    if not path.name:
        return
    if path.suffix.lower() in SUFFIXES:
        yield path
    for suffix in _WRITTEN_AS.get(path.suffix, ()):
        yield path.with_suffix(suffix)
    for suffix in _LEFT_OUT:
        yield path.with_name(path.name + suffix)
    for suffix in _LEFT_OUT:
        yield path / f"index{suffix}"
