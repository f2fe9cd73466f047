"""What a deno.json makes of specifiers: its import map, those of a workspace's members, and the members' names.

Source: https://docs.deno.com/runtime/fundamentals/configuration and /workspaces; where those are silent, Deno 2.9
itself, which `tests/e2e/test_module_resolution.py` asks.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from ffi_lsp.specifiers.disk import View
from ffi_lsp.specifiers.import_map import ImportMap, address_of, folder_of, parse_map
from ffi_lsp.specifiers.packages import FindFile, Package, source_for_deno, split

_NAMES = ("deno.json", "deno.jsonc")
_MOST_MEMBERS = 512
_MOST_LISTINGS = 512
_DEEPEST_MEMBER = 16


@dataclass(frozen=True, slots=True)
class DenoProject:
    """A folder with a deno.json.

    Parameters
    ----------
    folder: the folder; of a workspace that of its root.
    config: what the deno.json there says.
    import_map: what it maps, in every member as its own file says.
    """

    folder: Path
    config: Mapping[str, Any]
    import_map: ImportMap

    def resolve(self, importer: Path, specifier: str, view: View, find: FindFile) -> Path | str | None:
        """What the project makes of a specifier.

        Returns
        -------
        A path; an empty text where it leads off this disk, or nowhere; None where the project says nothing of it.
        """
        module = _address(importer)
        found = self.import_map.resolve(specifier, module)
        if found is not None:
            return _path(found)
        address = address_of(specifier, folder_of(module))
        if address is not None:
            return _path(address)
        named = split(specifier)
        for member in _members(self.folder, self.config, view) if named is not None else ():
            path = _exported(member, named, view, find) if named is not None else None
            if path is not None:
                return path
        return None


def project_of(importer: Path, view: View) -> DenoProject | None:
    """The project that a module belongs to; None where no deno.json stands above it.

    Parameters
    ----------
    importer: the module.
    view: reads the files.
    """
    found = next(((folder, known) for folder in importer.parents if (known := _config(folder, view)) is not None), None)
    if found is None:
        return None
    folder, config = found
    root = _root_of(folder, view) if "workspace" not in config else None
    if root is None:
        parts = [*_mapped(folder, config, view)]
    else:
        inner = ({_address(folder, "/"): config.get("imports")}, _address(folder, "/"))
        parts = [(None, *inner), *_mapped(*root, view)]
    sources = [each for part in parts for each in part]
    return DenoProject(*(root or found), view.disk.made_of(folder, sources, lambda: parse_map(parts)))


def _config(folder: Path, view: View) -> Mapping[str, Any] | None:
    return next((found for name in _NAMES if (found := view.json(folder / name)) is not None), None)


def _root_of(folder: Path, view: View) -> tuple[Path, Mapping[str, Any]] | None:
    """The nearest workspace above, where the folder is one of its members."""
    for above in folder.parents:
        config = _config(above, view)
        if config is not None and "workspace" in config:
            words = folder.relative_to(above).parts
            return (above, config) if any(_fits(pattern, words) for pattern in _patterns(config)) else None
    return None


def _mapped(folder: Path, config: Mapping[str, Any], view: View) -> Iterator[tuple[object, object, str]]:
    """The maps of a file: its own, or else the one that it names."""
    base, name = _address(folder, "/"), config.get("importMap")
    if "imports" in config or "scopes" in config or not isinstance(name, str):
        yield config.get("imports"), config.get("scopes"), base
        return
    path = _path(address_of(name, base) or address_of(f"./{name}", base) or "")
    known = view.json(path) if isinstance(path, Path) else None
    if known is not None and isinstance(path, Path):
        yield known.get("imports"), known.get("scopes"), folder_of(_address(path))


def _patterns(config: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The folders of a workspace's members, in words, each of which may have stars."""
    workspace = config.get("workspace")
    listed = workspace.get("members") if isinstance(workspace, dict) else workspace
    for pattern in listed[:_MOST_MEMBERS] if isinstance(listed, list) else ():
        words = [word for word in pattern.split("/") if word not in {"", "."}] if isinstance(pattern, str) else []
        if words and len(words) <= _DEEPEST_MEMBER and ".." not in words:
            yield tuple(words)


def _fits(pattern: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return len(pattern) == len(words) and all(map(fnmatchcase, words, pattern))


def _members(root: Path, config: Mapping[str, Any], view: View) -> Iterator[Path]:
    """The folders of a workspace: its root, and its members."""
    yield root
    listings = iter(range(_MOST_LISTINGS))
    found = (folder for pattern in _patterns(config) for folder in _matching(root, pattern, view, listings))
    yield from islice(found, _MOST_MEMBERS)


def _matching(root: Path, pattern: tuple[str, ...], view: View, listings: Iterator[int]) -> Iterable[Path]:
    folders: Iterable[Path] = (root,)
    for word in pattern:
        inside = (each for above in folders for each in _named(above, word, view, listings))
        folders = tuple(islice(inside, _MOST_MEMBERS))
    return folders


def _named(folder: Path, word: str, view: View, listings: Iterator[int]) -> Iterable[Path]:
    """The folders in a folder that a word of a pattern means, as long as not too many were listed already."""
    if "*" not in word:
        return (folder / word,)
    inside = view.folders(folder) if next(listings, None) is not None else ()
    return (each for each in inside if fnmatchcase(each.name, word))


def _exported(folder: Path, named: tuple[str, str], view: View, find: FindFile) -> Path | None:
    """What a member exports as a part of a package of some name."""
    name, part = named
    config = _config(folder, view)
    if config is not None and config.get("name") == name:
        exports = config.get("exports")
        table = exports if isinstance(exports, dict) else {".": exports}
        target = table.get(part)
        return Path(os.path.normpath(folder / target)) if isinstance(target, str) else None
    manifest = view.json(folder / "package.json")
    if manifest is not None and manifest.get("name") == name:
        return source_for_deno(Package(folder, manifest), part, find)
    return None


def _address(path: PurePath, end: str = "") -> str:
    return f"/{path.as_posix().strip('/')}{end}" if len(path.parts) > 1 else "/"


def _path(address: str) -> Path | str:
    """The path of an address; an empty text for one that leads off this disk."""
    if not address.startswith("/"):
        return ""
    return Path(address[1:] if address[2:3] == ":" else address)
