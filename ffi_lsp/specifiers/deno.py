"""What a deno.json makes of specifiers: its import map, those of a workspace's members, and the members' names.

Source: https://docs.deno.com/runtime/fundamentals/configuration and /workspaces; where those are silent, Deno 2.9
itself, which `tests/e2e/test_module_resolution.py` asks.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path, PurePath
from typing import Any

from ffi_lsp.specifiers.disk import View
from ffi_lsp.specifiers.import_map import ImportMap, address_of, folder_of, parse_map
from ffi_lsp.specifiers.packages import FindFile, Package, source_for_deno, split
from ffi_lsp.specifiers.versions import satisfies

_NAMES = ("deno.json", "deno.jsonc")
_MOST_MEMBERS = 512
_MOST_LISTINGS = 512
_DEEPEST_MEMBER = 16
_PUBLISHED = re.compile(r"jsr:/?(@[^/@]+/[^/@]+)(?:@([^/]+))?(?:/(.*))?")


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
        address = self.import_map.resolve(specifier, module)
        if address is None:
            address = address_of(specifier, folder_of(module))
        published = _PUBLISHED.fullmatch(address or "")
        if published is not None:
            name, asked, part = published.groups()
            return self._member((name, f"./{part}" if part else "."), asked or "*", view, find) or ""
        if address is not None:
            return _path(address)
        named = split(specifier)
        return self._member(named, "*", view, find) if named is not None else None

    def _member(self, named: tuple[str, str], asked: str, view: View, find: FindFile) -> Path | None:
        """What a member of the workspace exports that has a name, and a version that is asked for."""
        found = (_exported(member, named, asked, view, find) for member in _members(self.folder, self.config, view))
        return next((path for path in found if path is not None), None)


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
    top, top_config = root or found
    named, base = _named_map(top, top_config, view)

    def put_together() -> ImportMap:
        own = [] if root is None else [(None, {_folder(folder): _with_parts(config.get("imports"))}, _folder(folder))]
        whole = (top_config, _folder(top)) if named is None else (named, base)
        return parse_map([*own, (_with_parts(whole[0].get("imports")), whole[0].get("scopes"), whole[1])])

    return DenoProject(top, top_config, view.disk.made_of(folder, (config, top_config, named), put_together))


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


def _named_map(folder: Path, config: Mapping[str, Any], view: View) -> tuple[Mapping[str, Any] | None, str]:
    """The import map in a file of its own that a configuration without one names, and the folder it starts from."""
    base, name = _folder(folder), config.get("importMap")
    if "imports" in config or "scopes" in config or not isinstance(name, str):
        return None, base
    path = _path(address_of(name, base) or address_of(f"./{name}", base) or "")
    return (view.json(path), _folder(path.parent)) if isinstance(path, Path) else (None, base)


def _with_parts(imports: object) -> object:
    """The imports of a deno.json, where a registry's package may be imported by parts, too."""
    if not isinstance(imports, dict):
        return imports
    parts = {
        f"{key}/": re.sub(r"^(\w+):/?(.*)", r"\1:/\2/", value)
        for key, value in imports.items()
        if isinstance(value, str) and value.startswith(("jsr:", "npm:")) and not key.endswith("/")
    }
    return {**parts, **imports}


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


def _exported(folder: Path, named: tuple[str, str], asked: str, view: View, find: FindFile) -> Path | None:
    """What a member exports as a part of a package of some name."""
    name, part = named
    config = _config(folder, view)
    if config is not None and config.get("name") == name:
        version = config.get("version")
        if isinstance(version, str) and not satisfies(version, asked):
            return None
        exports = config.get("exports")
        table = exports if isinstance(exports, dict) else {".": exports}
        target = table.get(part)
        return Path(os.path.normpath(folder / target)) if isinstance(target, str) else None
    manifest = view.json(folder / "package.json")
    if manifest is not None and manifest.get("name") == name:
        return source_for_deno(Package(folder, manifest), part, find)
    return None


def _address(path: PurePath) -> str:
    return f"/{path.as_posix().strip('/')}"


def _folder(path: PurePath) -> str:
    return f"{_address(path).rstrip('/')}/"


def _path(address: str) -> Path | str:
    """The path of an address; an empty text for one that leads off this disk."""
    if not address.startswith("/"):
        return ""
    return Path(address[1:] if address[2:3] == ":" else address)
