"""What a project's tsconfig.json or jsconfig.json makes of specifiers that are no relative paths: `paths`, `baseUrl`.

Source: https://www.typescriptlang.org/tsconfig, sections "paths", "baseUrl", "extends", "outDir", "rootDir".
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ffi_lsp.specifiers.disk import View
from ffi_lsp.specifiers.packages import configuration_of_package

_NAMES = ("tsconfig.json", "jsconfig.json")
_LONGEST_CHAIN = 16
_MOST_TARGETS = 64
_IN_THIS_FOLDER = "${configDir}"


@dataclass(frozen=True, slots=True)
class PathMapping:
    """Where specifiers lead.

    Parameters
    ----------
    paths: patterns with at most one ``*``, each with the paths that are tried in order.
    folder: where those paths start.
    base: the folder in which all other names are looked for too, or None.
    """

    paths: Mapping[str, tuple[str, ...]]
    folder: Path
    base: Path | None

    def targets(self, specifier: str) -> Iterator[Path]:
        """The paths that a specifier may mean, without their suffixes perhaps, the best first."""
        matching = [pattern for pattern in self.paths if _filling(pattern, specifier) is not None]
        if matching:
            # A pattern without a star is exact; of the others the one with the longest text before its star counts.
            best = max(matching, key=lambda pattern: (pattern == specifier, len(pattern.partition("*")[0])))
            filling = _filling(best, specifier) or ""
            for target in self.paths[best]:
                yield Path(os.path.normpath(self.folder / target.replace("*", filling, 1)))
        elif self.base is not None:
            yield Path(os.path.normpath(self.base / specifier))


def mapping_for(module: Path, view: View) -> PathMapping | None:
    """What the nearest configuration file above a module maps, with those that it extends; None where that is nothing.

    Parameters
    ----------
    module: the file that imports.
    view: reads the files.
    """
    for folder in module.parents:
        for name in _NAMES:
            if view.json(folder / name) is not None:
                return _mapping_of(folder / name, view)
    return None


def source_of(output: Path, view: View) -> Path | None:
    """The source of a file that TypeScript writes, which need not be there yet; its suffix is still the latter's.

    Parameters
    ----------
    output: a file that a package's manifest names, in the folder that the compiler writes to.
    view: reads the nearest tsconfig.json above it.
    """
    package = next((folder for folder in output.parents if view.json(folder / _NAMES[0]) is not None), None)
    if package is None:
        return None
    written, source = None, _folder_of_inputs(package, view.json(package / _NAMES[0]) or {})
    for folder, options in _chain(package / _NAMES[0], view):
        if options.get("composite") is True:
            source = package
        if isinstance(options.get("rootDir"), str):
            source = _path(folder, options["rootDir"], package)
        if isinstance(options.get("outDir"), str):
            written = _path(folder, options["outDir"], package)
    if written is None or source is None or not output.is_relative_to(written):
        return None
    return source / output.relative_to(written)


def _folder_of_inputs(package: Path, config: Mapping[str, Any]) -> Path | None:
    """The folder that all inputs of a project stand in, as its lists tell; the compiler takes it for `rootDir`."""
    listed = [(name, key) for key in ("include", "files") for name in _texts(config.get(key))]
    folders: list[str] = []
    for name, key in listed:
        before = name.partition("*")[0].partition("?")[0]
        is_folder = before == name and key == "include" and not name.endswith((".ts", ".tsx", ".mts", ".cts"))
        folders.append(os.path.normpath(package / (before if is_folder else os.path.dirname(before))))  # noqa: PTH120
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # there are none, or they are on several drives
        return None


def _texts(listed: object) -> list[str]:
    return [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []


def _mapping_of(file: Path, view: View) -> PathMapping | None:
    paths: Mapping[str, tuple[str, ...]] = {}
    folder, base = file.parent, None
    for at, options in _chain(file, view):
        if isinstance(options.get("baseUrl"), str):
            base = _path(at, options["baseUrl"], file.parent)
        if isinstance(options.get("paths"), dict):
            folder = at
            paths = {
                pattern: tuple(
                    _here(target, file.parent) for target in targets[:_MOST_TARGETS] if isinstance(target, str)
                )
                for pattern, targets in options["paths"].items()
                if isinstance(targets, list) and pattern.count("*") <= 1
            }
    return PathMapping(paths, base or folder, base) if paths or base is not None else None


def _chain(file: Path, view: View) -> list[tuple[Path, Mapping[str, Any]]]:
    """Folder and compiler options of each file of a chain of `extends`, those that count last at the end."""
    found: list[tuple[Path, Mapping[str, Any]]] = []
    waiting = [file]
    seen: set[Path] = set()
    while waiting and len(seen) < _LONGEST_CHAIN:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        known = view.json(one) or {}
        options = known.get("compilerOptions")
        found.append((one.parent, options if isinstance(options, dict) else {}))
        extended = known.get("extends")
        for name in extended[-_LONGEST_CHAIN:] if isinstance(extended, list) else [extended]:
            base = _extended(one, name, view) if isinstance(name, str) and name else None
            if base is not None:
                waiting.append(base)
    return found[::-1]


def _extended(file: Path, name: str, view: View) -> Path | None:
    """The file that a configuration file extends: a path, with ``.json`` or without, or one that a package has."""
    path = Path(os.path.normpath(file.parent / name))
    if name in {".", ".."}:
        return path / _NAMES[0]
    if not name.startswith(("./", "../", "/")):
        return configuration_of_package(file, name, view)
    return path if path.suffix == ".json" or view.is_file(path) else path.with_name(f"{path.name}.json")


def _path(folder: Path, text: str, outermost: Path) -> Path:
    return Path(os.path.normpath(folder / _here(text, outermost)))


def _here(text: str, folder: Path) -> str:
    """A path in which the folder of the first file of a chain may be named."""
    return text.replace(_IN_THIS_FOLDER, str(folder), 1) if text.startswith(_IN_THIS_FOLDER) else text


def _filling(pattern: str, specifier: str) -> str | None:
    """What stands for the star of a pattern; None where the pattern does not match."""
    before, star, behind = pattern.partition("*")
    if not star:
        return "" if pattern == specifier else None
    fits = specifier.startswith(before) and specifier.endswith(behind) and len(specifier) >= len(before) + len(behind)
    return specifier[len(before) : len(specifier) - len(behind)] if fits else None
