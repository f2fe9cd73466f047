"""The paths that a specifier may mean, asked of each kind of configuration in turn."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ffi_core.source import SUFFIXES
from ffi_lsp.specifiers.deno import project_of
from ffi_lsp.specifiers.disk import View
from ffi_lsp.specifiers.packages import source_of
from ffi_lsp.specifiers.tsconfig import mapping_for
from ffi_lsp.specifiers.tsconfig import source_of as source_of_output

DATA = ".json"
"""The suffix of modules that are nothing but data."""
# TypeScript's sources name what the compiler will have made of the other file.
_WRITTEN_AS = {".js": (".ts", ".tsx"), ".mjs": (".mts",), ".cjs": (".cts",), ".jsx": (".tsx",)}
_LEFT_OUT = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")


def places(importer: Path, specifier: str, view: View) -> Iterator[Path]:
    """Where the module may stand that a specifier means, the best place first.

    Parameters
    ----------
    importer: the file that imports.
    specifier: as it is written.
    view: reads the project's files.
    """

    def find(path: Path) -> Path | None:
        source = source_of_output(path, view) if not any(map(view.is_file, candidates(path))) else path
        return next(filter(view.is_file, candidates(source)), None) if source is not None else None

    project = project_of(importer, view)
    mapped = project.resolve(importer, specifier, view, find) if project is not None else None
    if isinstance(mapped, Path):
        yield from candidates(mapped)
    elif mapped is None and specifier.startswith(("./", "../")):
        yield from candidates(Path(os.path.normpath(importer.parent / specifier)))
    elif mapped is None and ":" not in specifier:
        mapping = mapping_for(importer, view)
        for target in mapping.targets(specifier) if mapping is not None else ():
            yield from candidates(target)
        found = source_of(importer, specifier, view, find)
        if found is not None:
            yield found


def candidates(path: Path) -> Iterator[Path]:
    """As bundlers and TypeScript look for a module: the file itself, one with a suffix, a folder's index file."""
    if not path.name:
        return
    if path.suffix.lower() in SUFFIXES or path.suffix.lower() == DATA:
        yield path
    for suffix in _WRITTEN_AS.get(path.suffix, ()):
        yield path.with_suffix(suffix)
    for suffix in _LEFT_OUT:
        yield path.with_name(path.name + suffix)
    for suffix in _LEFT_OUT:
        yield path / f"index{suffix}"
