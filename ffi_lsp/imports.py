"""The modules of a workspace that a file imports by relative path, read from disk and kept until their files change."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePath

from ffi_core.source import SUFFIXES, SourceTree, parse

_LARGEST_MODULE = 4 << 20
_MOST_KEPT = 256
# TypeScript's sources name what the compiler will have made of the other file.
_WRITTEN_AS = {".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
_LEFT_OUT = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")

_Stamp = tuple[int, int, int]


class ModuleFiles:
    """Finds modules as bundlers and TypeScript do: the file itself, one with a suffix, or a folder's index file."""

    def __init__(self) -> None:
        self._trees: dict[Path, tuple[_Stamp, SourceTree]] = {}

    def open(self, importer: PurePath, specifier: str) -> tuple[PurePath, SourceTree] | None:
        """The file that a relative specifier means, and its tree.

        Parameters
        ----------
        importer: the file that imports.
        specifier: as it is written: ``"./schema.ts"``. Names of packages lead nowhere.
        """
        if not specifier.startswith(("./", "../")) or "\0" in specifier:
            return None
        for path in _candidates(Path(os.path.normpath(Path(importer).parent / specifier))):
            try:
                tree = self._tree(path)
            except (OSError, ValueError):
                continue
            if tree is not None:
                return path, tree
        return None

    def _tree(self, path: Path) -> SourceTree | None:
        if not path.is_file():
            return None
        status = path.stat()
        if status.st_size > _LARGEST_MODULE:
            return None
        stamp = (status.st_size, status.st_mtime_ns, status.st_ino)
        known = self._trees.get(path)
        if known is None or known[0] != stamp:
            if len(self._trees) >= _MOST_KEPT:
                self._trees.clear()
            known = self._trees[path] = (stamp, parse(path.read_bytes(), path.suffix))
        return known[1]


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
