"""The loader's search on Windows, without running it: the standard order of LoadLibrary for desktop programs.

Source: "Dynamic-link library search order" (https://learn.microsoft.com/windows/win32/dlls/dynamic-link-library-
search-order), safe search mode. Redirections, manifests and packages are not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ffi_core.errors import LoadFailure
from ffi_core.library.image import absolute
from ffi_core.library.location import Location
from ffi_core.library.trail import Request, Trail

# The first file of the name is the answer, right or wrong.
_PASSED_OVER: tuple[LoadFailure, ...] = ()

_API_SETS = ("api-", "ext-")


def search(request: Request) -> Location:
    """Find the file that LoadLibrary opens for a request."""
    trail = Trail(request, "pe", _PASSED_OVER)
    name = request.name.replace("\\", "/")
    leaf = name.rpartition("/")[2]
    # Without a suffix, .dll is meant; a dot at the end says that none is.
    full = name.removesuffix(".") if "." in leaf else f"{name}.dll"
    if trail.is_path:
        return trail.follow([_as_on_disk(absolute(full, request.base))])
    return trail.follow(map(_as_on_disk, _candidates(trail, full)))


def _candidates(trail: Trail, leaf: str) -> Iterator[Path]:
    request = trail.request
    if leaf.lower().startswith(_API_SETS):
        trail.note(leaf, "the name of an API set, which Windows maps to one of its own libraries")
    if request.requester:
        yield from trail.within([str(request.requester.origin)], leaf, "beside the library that needs it")
    trail.note("the program's directory", "skipped: unknown here")
    root = request.environment.get("SystemRoot") or "C:\\Windows"
    system = [str(Path(root, "System32")), str(Path(root, "System")), root]
    yield from trail.within(system, leaf, "the system's directories")
    yield from trail.within(["."], leaf, "the working directory")
    yield from trail.within(filter(None, request.words("PATH", ";")), leaf, "PATH")


def _as_on_disk(path: Path) -> Path:
    """The path with the file's own capitals, where this system's file names tell them apart and Windows' do not."""
    if path.exists():
        return path
    try:
        return next((entry for entry in path.parent.iterdir() if entry.name.lower() == path.name.lower()), path)
    except (OSError, ValueError):
        return path
