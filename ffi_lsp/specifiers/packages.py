"""What a package.json makes of specifiers: `imports` and `exports`, and packages that are linked into node_modules.

Only packages whose sources stand in the project are looked into: what is installed was written for others, and changes
with each version. Source: https://nodejs.org/api/packages.html, and the resolution algorithm at the end of
https://nodejs.org/api/esm.html.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ffi_lsp.specifiers.disk import View

_MANIFEST = "package.json"
_MODULES = "node_modules"
_DENO = frozenset({"deno", "node", "default"})
_RUNTIMES = (frozenset({"node", "default"}), frozenset({"bun", "node", "default"}), _DENO)
"""The conditions that each runtime meets, besides the kind of the import."""
_SOURCES_FOR_TOOLS = frozenset({"types", "import", "default"})
_OF_TYPESCRIPT = frozenset({"node", "require", "types", "default"})
_MAIN = ("main", "module", "types", "source")
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
_DEEPEST = 16  # conditions within conditions, arrays within those

FindFile = Callable[[Path], "Path | None"]
"""Gives the source that a path means, which may lack its suffix; None where there is none."""


_Kinds = tuple[str, ...]  # "import" and "require", the one that is tried first in front
_Place = Callable[[frozenset[str]], "Path | None"]


@dataclass(frozen=True, slots=True)
class Package:
    """A folder with a package.json.

    Parameters
    ----------
    folder: where it really stands, whatever links lead there.
    manifest: what its package.json says.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def is_installed(self) -> bool:
        """Whether a package manager put it there, rather than somebody who works on it."""
        return _MODULES in self.folder.parts


def source_of(importer: Path, specifier: str, view: View, find: FindFile) -> Path | None:
    """The source that a name of a package, or of something inside of the own one, means.

    Parameters
    ----------
    importer: the file that imports.
    specifier: ``"name"``, ``"@scope/name/part"`` or ``"#part"``.
    view: reads manifests.
    find: looks for sources.

    Returns
    -------
    The file; None where there is none, or where runtimes would take different ones.
    """
    kinds = ("require", "import") if importer.suffix in {".cjs", ".cts"} else ("import", "require")
    if specifier.startswith("#"):
        own = _enclosing(importer, view)
        return _source_inside(own, specifier, kinds, view, find) if own is not None and not own.is_installed else None
    named = split(specifier)
    package = _named(importer, named[0], view) if named is not None else None
    if named is None or package is None or package.is_installed:
        return None
    return _source_in(package, named[1], kinds, _RUNTIMES, find)


def source_for_deno(package: Package, part: str, find: FindFile) -> Path | None:
    """As `source_of`, for a package of a workspace of Deno's; `part` is ``"."`` or ``"./part"``."""
    return _source_in(package, part, ("import", "require"), (_DENO,), find)


def split(specifier: str) -> tuple[str, str] | None:
    """A package's name, and ``"."`` or ``"./part"``; None where it is no such specifier."""
    words = specifier.split("/")
    count = 2 if specifier.startswith("@") else 1
    name = "/".join(words[:count])
    is_name = len(words) >= count and all(words[:count]) and not name.startswith((".", "_", "/")) and ":" not in name
    if not is_name or "\\" in specifier or "%" in name:
        return None
    part = "/".join(words[count:])
    return name, f"./{part}" if part else "."


def configuration_of_package(file: Path, name: str, view: View) -> Path | None:
    """The tsconfig.json that ``"extends": "@scope/base"`` or ``"extends": "name/base.json"`` means.

    Parameters
    ----------
    file: the configuration file that extends another.
    name: as it is written.
    view: reads manifests, and tells which files there are.
    """
    named = split(name)
    if named is None:
        return None
    for folder in _folders_with_packages(file, named[0]):
        manifest = view.json(folder / _MANIFEST) or {}
        if manifest.get("exports") is not None:
            candidates = [_inside(folder, _target(_table(manifest["exports"]), named[1], _OF_TYPESCRIPT))]
        else:
            path = Path(os.path.normpath(folder / named[1]))
            inner = manifest if named[1] == "." else view.json(path / _MANIFEST) or {}
            field = inner.get("tsconfig")
            entry = [Path(os.path.normpath(path / field))] if isinstance(field, str) else []
            candidates = [path, path.with_name(f"{path.name}.json"), *entry, path / "tsconfig.json"]
        for candidate in candidates:
            if candidate is not None and candidate.suffix == ".json" and view.is_file(candidate):
                return Path(os.path.realpath(candidate))
    return None


def _source_in(
    package: Package, part: str, kinds: _Kinds, runtimes: Sequence[frozenset[str]], find: FindFile
) -> Path | None:
    if package.manifest.get("exports") is not None:
        table = _table(package.manifest["exports"])
        return _agreed(
            kinds, runtimes, lambda conditions: _inside(package.folder, _target(table, part, conditions)), find
        )
    if part != ".":
        path = _inside(package.folder, part)
        return find(path) if path is not None else None
    entries = [package.manifest.get(field) for field in _MAIN]
    paths = [Path(os.path.normpath(package.folder / entry)) for entry in entries if isinstance(entry, str)]
    return next((file for path in (*paths, package.folder / "index") if (file := _find(path, find))), None)


def _source_inside(own: Package, specifier: str, kinds: _Kinds, view: View, find: FindFile) -> Path | None:
    """What ``"#part"`` means in the package that says so."""
    table = own.manifest.get("imports")

    def place(conditions: frozenset[str]) -> Path | None:
        target = _target(table, specifier, conditions) if isinstance(table, dict) else None
        if target is None or target.startswith("./"):
            return _inside(own.folder, target)
        return None if target.startswith("#") else source_of(own.folder / _MANIFEST, target, view, find)

    return _agreed(kinds, _RUNTIMES, place, find)


def _agreed(kinds: _Kinds, runtimes: Sequence[frozenset[str]], place: _Place, find: FindFile) -> Path | None:
    """The source that every runtime takes which finds one: which runtime it will be, nobody knows."""
    for kind in kinds:
        found = {_find(place(conditions | {kind}), find) for conditions in runtimes} - {None}
        if found:
            return found.pop() if len(found) == 1 else None
    return _find(place(_SOURCES_FOR_TOOLS), find)


def _find(path: Path | None, find: FindFile) -> Path | None:
    return None if path is None or path.name.endswith(_DECLARATIONS) else find(path)


def _table(exports: object) -> Mapping[str, Any]:
    """What a package exports by its parts; it may be written without them where it has but one."""
    has_parts = isinstance(exports, dict) and any(key.startswith(".") for key in exports)
    return exports if isinstance(exports, dict) and has_parts else {".": exports}


def _target(table: Mapping[str, Any], key: str, conditions: frozenset[str]) -> str | None:
    """What a table of `exports` or `imports` has for a key."""
    if key in table and "*" not in key and not key.endswith("/"):
        return _chosen(table[key], conditions, None, 0)
    matching = [pattern for pattern in table if pattern.count("*") == 1 and _filling(pattern, key) is not None]
    if not matching:
        return None
    best = max(matching, key=lambda pattern: (pattern.index("*"), len(pattern)))
    return _chosen(table[best], conditions, _filling(best, key), 0)


def _chosen(target: object, conditions: frozenset[str], filling: str | None, depth: int) -> str | None:
    if isinstance(target, str):
        return target if filling is None else target.replace("*", filling)
    if depth > _DEEPEST:
        return None
    inner: Iterator[object] = iter(())
    if isinstance(target, dict):
        inner = (value for condition, value in target.items() if condition in conditions)
    elif isinstance(target, list):
        inner = iter(target)
    for value in inner:
        if value is None and isinstance(target, dict):
            return None
        found = _chosen(value, conditions, filling, depth + 1)
        if found is not None and not found.startswith(("../", "/")):
            return found
    return None


def _filling(pattern: str, key: str) -> str | None:
    """What stands for the star of a pattern, which is something; None where the pattern does not match."""
    before, _, behind = pattern.partition("*")
    fits = key.startswith(before) and key.endswith(behind) and len(key) > len(before) + len(behind)
    return key[len(before) : len(key) - len(behind)] if fits else None


def _inside(folder: Path, target: str | None) -> Path | None:
    """The path of a target, which must not lead out of its package."""
    if target is None or not target.startswith("./"):
        return None
    words = target[2:].replace("\\", "/").split("/")
    return None if {"..", ".", _MODULES} & set(words) else folder.joinpath(*words)


def _named(importer: Path, name: str, view: View) -> Package | None:
    """The package of a name, as a module sees it: its own, or the nearest in a `node_modules`."""
    own = _enclosing(importer, view)
    if own is not None and own.manifest.get("name") == name and own.manifest.get("exports") is not None:
        return own
    for folder in _folders_with_packages(importer, name):
        manifest = view.json(folder / _MANIFEST)
        if manifest is not None:
            package = Package(Path(os.path.realpath(folder)), manifest)
            view.is_file(package.folder / _MANIFEST)  # whoever edits it sees no link
            return package
    return None


def _folders_with_packages(importer: Path, name: str) -> Iterator[Path]:
    return (folder / _MODULES / name for folder in importer.parents if folder.name != _MODULES)


def _enclosing(importer: Path, view: View) -> Package | None:
    """The package that a module belongs to."""
    for folder in importer.parents:
        manifest = view.json(folder / _MANIFEST) if folder.name != _MODULES else None
        if manifest is not None:
            return Package(folder, manifest)
    return None
