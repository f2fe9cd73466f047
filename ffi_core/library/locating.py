"""From a library's name to its file, and from a library to those it needs, as the dynamic loader would go."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from ffi_core.errors import LibraryLoadError, LibraryNotFoundError
from ffi_core.library import linux, macos, windows
from ffi_core.library.host import Target, host
from ffi_core.library.library import Format, Library
from ffi_core.library.location import Location, Step
from ffi_core.library.reading import open_library
from ffi_core.library.trail import Request, Requester, requester_of
from ffi_core.model import Symbol

# A library may claim to need any number of others; the largest programs need some hundred.
_MOST_SEARCHES = 2048
_SEARCHES: Mapping[str, Callable[[Request], Location]] = MappingProxyType(
    {"linux": linux.search, "darwin": macos.search, "win32": windows.search}
)
_SYSTEM_OF: Mapping[Format, str] = MappingProxyType({"elf": "linux", "mach-o": "darwin", "pe": "win32"})


def locate(
    name: str,
    *,
    base: Path | None = None,
    environment: Mapping[str, str] | None = None,
    system: str = sys.platform,
) -> Location:
    """Find the file that dlopen would open for a name, and say where it looked. Nothing is loaded, nothing is run.

    Parameters
    ----------
    name: as given to dlopen. A name with a slash is a path, and is taken as it stands; one without is searched for.
    base: the directory that a relative path starts from; the working directory by default.
    environment: the variables that the loader would see (``LD_LIBRARY_PATH``); those of this process by default.
    system: whose rules to follow, as `sys.platform` spells it: ``"linux"``, ``"darwin"``, ``"win32"``.

    Returns
    -------
    The answer. It never raises: what is wrong with the name or the file found stands in it.
    """
    if not name:
        return Location(name, None, (Step("", "an empty name means the program itself, which is no file to look for"),))
    if "\0" in name:
        return Location(name, None, (Step(repr(name), "no file's name can hold a NUL character"),))
    search = _SEARCHES.get(system, linux.search)
    return search(Request(name, base, host(), os.environ if environment is None else environment))


def dependencies(library: Library, *, environment: Mapping[str, str] | None = None) -> tuple[Library, ...]:
    """The libraries that a library needs, and those that they need, in the order in which dlsym searches them.

    Breadth first, each once, the library itself left out; one that is missing or damaged is passed over. The rules are
    those of the library's own system, whatever this one is.

    Parameters
    ----------
    library: where to start.
    environment: as for `locate`.
    """
    variables = os.environ if environment is None else environment
    found = {library.path: library}
    by_soname = {library.soname: library}
    queue = [(library, requester_of(library))]
    searches = 0
    for current, asking in queue:
        for name in current.needed[: _MOST_SEARCHES - searches]:
            searches += 1
            # The loader takes a library that is already there for every one of its name.
            needed = by_soname.get(name) or _open_needed(current, name, asking, variables)
            if needed is not None and needed.path not in found:
                found[needed.path] = needed
                by_soname.setdefault(needed.soname, needed)
                queue.append((needed, requester_of(needed, asking)))
    return tuple(entry for entry, _ in queue[1:])


def resolve(
    library: Library, name: str, *, environment: Mapping[str, str] | None = None
) -> tuple[Symbol, Library] | None:
    """What dlsym finds for a name in an opened library: a symbol of its own, else of a library that it needs.

    Parameters
    ----------
    library: the library.
    name: the symbol.
    environment: as for `locate`.

    Returns
    -------
    The symbol and the library that exports it, or None.

    Raises
    ------
    LibraryNotFoundError, LibraryLoadError: the library's own file is damaged, or was replaced since it was opened.
    """
    symbol = library.find(name)
    if symbol is not None:
        return symbol, library
    for needed in dependencies(library, environment=environment):
        symbol = needed.find(name)
        if symbol is not None:
            return symbol, needed
    return None


def _open_needed(library: Library, name: str, asking: Requester, environment: Mapping[str, str]) -> Library | None:
    if not name or "\0" in name:
        return None
    target = Target(library.architecture, library.bits)
    search = _SEARCHES[_SYSTEM_OF[library.format]]
    location = search(Request(name, None, target, environment, asking, suggest=False))
    if location.path is None or location.failure is not None:
        return None
    try:
        return open_library(location.path)
    except (LibraryNotFoundError, LibraryLoadError):
        return None
