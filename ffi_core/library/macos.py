"""The dynamic loader's search on macOS, without running it.

Sources: dlopen(3) and dyld(1) of macOS. The system's own libraries are no files there (they live in dyld's shared
cache); the text stubs of the SDK stand for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ffi_core.errors import LoadFailure
from ffi_core.library.image import absolute
from ffi_core.library.location import Location
from ffi_core.library.trail import Request, Trail

# dyld tries the next place after any file that it cannot use.
_PASSED_OVER = tuple(LoadFailure)

_SDKS = (
    "/Library/Developer/CommandLineTools/SDKs/MacOSX.sdk",
    "/Applications/Xcode.app/Contents/Developer/Platforms/MacOSX.platform/Developer/SDKs/MacOSX.sdk",
)
_FALLBACK_LIBRARIES = ("/usr/local/lib", "/usr/lib")
_FALLBACK_FRAMEWORKS = ("/Library/Frameworks", "/System/Library/Frameworks")
_CACHED = ("/usr/lib/", "/System/Library/")


def search(request: Request) -> Location:
    """Find the file that dyld opens for a request, or the SDK's stub of a library that is in its shared cache."""
    trail = Trail(request, "mach-o", _PASSED_OVER)
    location = trail.follow(_with_stubs(_candidates(trail), request))
    near = tuple(name.removesuffix(".tbd") for name in location.near)
    return Location(location.name, location.path, location.steps, near, location.failure)


def _candidates(trail: Trail) -> Iterator[Path]:
    request = trail.request
    name, leaf = request.name, request.name.rpartition("/")[2]
    framework = _framework_part(name)
    part, kind, fallback = (
        (framework, "FRAMEWORK", _FALLBACK_FRAMEWORKS) if framework else (leaf, "LIBRARY", _FALLBACK_LIBRARIES)
    )
    yield from trail.within(request.words(f"DYLD_{kind}_PATH", ":"), part, f"DYLD_{kind}_PATH")
    requester = request.requester
    if name.startswith("@rpath/") and requester:
        yield from trail.within(requester.rpath, name.removeprefix("@rpath/"), "the library's LC_RPATH")
    elif name.startswith("@loader_path/") and requester:
        yield requester.origin / name.removeprefix("@loader_path/")
    elif name.startswith("@"):
        trail.note(name, "skipped: relative to the program that opens it, which is unknown here")
    elif "/" in name:
        yield absolute(name, request.base)
    else:
        yield from trail.within(["."], leaf, "the working directory")
    chosen = request.words(f"DYLD_FALLBACK_{kind}_PATH", ":")
    source = f"DYLD_FALLBACK_{kind}_PATH" if chosen else "the system's directories"
    yield from trail.within(chosen or fallback, part, source)


def _with_stubs(candidates: Iterator[Path], request: Request) -> Iterator[Path]:
    sdks = [request.environment["SDKROOT"]] if request.environment.get("SDKROOT") else _SDKS
    for path in candidates:
        yield path
        if str(path).startswith(_CACHED):
            stub = f"{str(path).removesuffix('.dylib')}.tbd"
            yield from (Path(f"{sdk}{stub}") for sdk in sdks if Path(sdk).is_dir())


def _framework_part(name: str) -> str | None:
    """``Foo.framework/Versions/A/Foo`` of a path that ends so, else None."""
    parts = name.split("/")
    for index, part in enumerate(parts[:-1]):
        if part.endswith(".framework") and part.removesuffix(".framework") == parts[-1]:
            return "/".join(parts[index:])
    return None
