"""The modules of a workspace that a file imports by relative path, read from disk and kept until their files change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath

from ffi_core.source import SUFFIXES, SourceTree, parse

_LARGEST_MODULE = 4 << 20
_MOST_KEPT = 256
# TypeScript's sources name what the compiler will have made of the other file.
_WRITTEN_AS = {".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
_LEFT_OUT = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")

_Stamp = tuple[int, int, int]


class ModuleFiles:
    """Finds modules as bundlers and TypeScript do: the file itself, one with a suffix, or a folder's index file.

    Parameters
    ----------
    unsaved: the text of a file that somebody is editing, which counts instead of what the disk has; None for others.
    """

    def __init__(self, unsaved: Callable[[Path], bytes | None] = lambda _: None) -> None:
        self._unsaved = unsaved
        self._trees: dict[Path, tuple[_Stamp | bytes, SourceTree]] = {}

    def open(
        self, importer: PurePath, specifier: str, looked_at: set[Path] | None = None
    ) -> tuple[PurePath, SourceTree] | None:
        """The file that a relative specifier means, and its tree.

        Parameters
        ----------
        importer: the file that imports.
        specifier: as it is written: ``"./schema.ts"``. Names of packages lead nowhere.
        looked_at: takes every path that decides the answer: the file, and those before it that are missing.
        """
        if not specifier.startswith(("./", "../")) or "\0" in specifier:
            return None
        for path in _candidates(Path(os.path.normpath(Path(importer).parent / specifier))):
            if looked_at is not None:
                looked_at.add(path)
            try:
                tree = self._tree(path)
            except (OSError, ValueError):
                continue
            if tree is not None:
                return path, tree
        return None

    def _tree(self, path: Path) -> SourceTree | None:
        known = self._trees.get(path)
        data = self._unsaved(path)
        stamp: _Stamp | bytes | None = data if data is not None else _stamp_of(path)
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
