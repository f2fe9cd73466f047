"""Import maps: what specifiers are replaced by, in all modules or in those of a folder. Nothing is read here.

Addresses on the disk are absolute paths with forward slashes and without escapes; others are kept as they are written.
Source: https://html.spec.whatwg.org/multipage/webappapis.html#import-maps, "resolving module specifiers".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_NOWHERE = ""

Imports = Mapping[str, str]
"""Addresses by specifier, the best match first; an empty address forbids its specifier."""


@dataclass(frozen=True, slots=True)
class ImportMap:
    """A map.

    Parameters
    ----------
    imports: what holds in every module.
    scopes: what holds in some of them, by the path of a module or, with a slash at its end, of a folder; the longest
        first.
    """

    imports: Imports
    scopes: tuple[tuple[str, Imports], ...] = ()

    def resolve(self, specifier: str, importer: str) -> str | None:
        """What the map makes of a specifier.

        Parameters
        ----------
        specifier: as it is written.
        importer: the absolute path of the module that imports.

        Returns
        -------
        A path, or a URL that leads off this disk; an empty text where the map forbids the import; None where it says
        nothing of it.
        """
        address = address_of(specifier, folder_of(importer))
        name = specifier if address is None else address
        for scope, imports in self.scopes:
            if scope == importer or (scope.endswith("/") and importer.startswith(scope)):
                found = _match(name, imports)
                if found is not None:
                    return found
        return _match(name, self.imports)


def parse_map(parts: Iterable[tuple[object, object, str]]) -> ImportMap:
    """A map that is put together from several, of which the first that knows a specifier counts.

    Parameters
    ----------
    parts: of each what JSON has as ``imports`` and ``scopes``, and the folder that relative addresses start from.
        What is malformed in it has no effect.
    """
    everywhere: dict[str, str] = {}
    scoped: dict[str, dict[str, str]] = {}
    for imports, scopes, folder in parts:
        everywhere = {**_normalised(imports, folder), **everywhere}
        for prefix, inner in scopes.items() if isinstance(scopes, dict) else ():
            address = address_of(prefix, folder)
            if address is None and not prefix.startswith((".", "/")):
                address = address_of(f"./{prefix}", folder)
            if address is not None:
                scoped[address] = {**_normalised(inner, folder), **scoped.get(address, {})}
    ordered = tuple((prefix, _ordered(scoped[prefix])) for prefix in sorted(scoped, reverse=True))
    return ImportMap(_ordered(everywhere), ordered)


def address_of(specifier: str, folder: str) -> str | None:
    """The path or the URL that a specifier is; None for a bare name.

    Parameters
    ----------
    specifier: as it is written.
    folder: the absolute path, with a slash at its end, that relative ones start from.
    """
    if specifier.startswith("file://"):
        specifier = specifier.removeprefix("file://")
        if not specifier.startswith("/"):
            return f"file://{specifier}"  # of another machine
    elif not specifier.startswith(("/", "./", "../")):
        return specifier if _SCHEME.match(specifier) else None
    path = unquote(_QUERY.sub("", specifier))
    return _joined(folder, path)


def folder_of(path: str) -> str:
    """The folder of a file, with a slash at its end."""
    return path[: path.rfind("/") + 1]


def _normalised(imports: object, folder: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in imports.items() if isinstance(imports, dict) else ():
        name = address_of(key, folder)
        address = address_of(value, folder) if isinstance(value, str) else None
        if address is None or (key.endswith("/") and not address.endswith("/")):
            address = _NOWHERE
        if key:
            found[key if name is None else name] = address
    return found


def _ordered(imports: Mapping[str, str]) -> Imports:
    return {key: imports[key] for key in sorted(imports, reverse=True)}


def _match(name: str, imports: Imports) -> str | None:
    for key, address in imports.items():
        if key == name:
            return address
        if key.endswith("/") and name.startswith(key):
            rest = name[len(key) :]
            if not address.startswith("/"):
                return f"{address}{rest}" if address else _NOWHERE
            found = _joined(address, f"./{unquote(_QUERY.sub('', rest))}")
            return found if found.startswith(address) else _NOWHERE  # no way out of the folder it was mapped to
    return None


def _joined(folder: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, path))
    joined = f"/{joined.lstrip('/')}"  # POSIX would keep two slashes at the start
    is_folder = path.endswith(("/", "/.", "/..")) and joined != "/"
    return f"{joined}/" if is_folder else joined
