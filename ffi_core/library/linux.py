"""The dynamic loader's search on Linux, without running it: glibc's rules, or musl's where musl is the system's libc.

Sources: ld.so(8); glibc, elf/dl-load.c (_dl_map_object, open_path, open_verify); musl, ldso/dynlink.c (load_library).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

from ffi_core.errors import LoadFailure
from ffi_core.library import ld_cache
from ffi_core.library.host import Target, processor_levels
from ffi_core.library.image import absolute
from ffi_core.library.location import Location
from ffi_core.library.trail import Request, Trail

# A file for another machine, or one that may not be opened, is passed over; any other file that is no library ends
# the loader's search with an error.
_PASSED_OVER = (LoadFailure.WRONG_ARCHITECTURE, LoadFailure.UNREADABLE)

_MULTIARCH = MappingProxyType(
    {
        "x86_64": "x86_64-linux-gnu",
        "x86": "i386-linux-gnu",
        "aarch64": "aarch64-linux-gnu",
        "arm": "arm-linux-gnueabihf",
        "ppc64le": "powerpc64le-linux-gnu",
        "s390x": "s390x-linux-gnu",
        "riscv64": "riscv64-linux-gnu",
        "mips64el": "mips64el-linux-gnuabi64",
        "loongarch64": "loongarch64-linux-gnu",
    }
)
_TOKEN = re.compile(r"\$(?:\{(ORIGIN|LIB|PLATFORM)\}|(ORIGIN|LIB|PLATFORM))")
_MUSL_DIRECTORIES = "/lib:/usr/local/lib:/usr/lib"


def search(request: Request) -> Location:
    """Find the file that the loader of Linux opens for a request."""
    trail = Trail(request, "elf", _PASSED_OVER)
    if trail.is_path:
        return trail.follow([absolute(_expand(request.name, request), request.base)])
    return trail.follow(_candidates(trail), also=ld_cache.entries())


def _candidates(trail: Trail) -> Iterator[Path]:
    request, requester = trail.request, trail.request.requester
    if requester and not requester.runpath:
        yield from _within(trail, requester.rpath, "the library's RPATH")
    yield from _within(trail, request.words("LD_LIBRARY_PATH", ":;"), "LD_LIBRARY_PATH")
    if requester:
        yield from _within(trail, requester.runpath, "the library's RUNPATH")
    musl = musl_directories()
    if musl is not None:
        yield from _within(trail, musl, "the system's directories")
        return
    cached = ld_cache.look_up(request.name, request.target.architecture, processor_levels())
    trail.note(ld_cache.CACHE, f"lists {cached}" if cached else "does not list it")
    if cached:
        yield Path(cached)
    yield from _within(trail, default_directories(request.target), "the system's directories")


def _within(trail: Trail, directories: tuple[str, ...], source: str) -> Iterator[Path]:
    for written in directories:
        directory = _expand(written, trail.request)
        if "$ORIGIN" in directory or "${ORIGIN}" in directory:
            trail.note(written, f"skipped: $ORIGIN in {source} is the program's directory, unknown here")
            continue
        for path in trail.within([directory], trail.request.name, source):
            better = (path.parent / "glibc-hwcaps" / level for level in processor_levels())
            yield from (place / path.name for place in better if place.is_dir())
            yield path


def default_directories(target: Target) -> tuple[str, ...]:
    """The directories that glibc's loader searches last: Debian's multiarch ones where they are, else lib64 and lib."""
    multiarch = _multiarch(target)
    if multiarch and Path("/usr/lib", multiarch).is_dir():
        return (f"/lib/{multiarch}", f"/usr/lib/{multiarch}", "/lib", "/usr/lib")
    wide = ("/lib64", "/usr/lib64") if target.bits == 64 else ()
    return (*wide, "/lib", "/usr/lib")


def _multiarch(target: Target) -> str | None:
    return _MULTIARCH.get(target.architecture)


def musl_directories(root: Path = Path("/")) -> tuple[str, ...] | None:
    """The directories that musl's loader searches, from its settings or built in; None where glibc is the libc.

    Parameters
    ----------
    root: where the system's files are.
    """
    loader = next((root / "lib").glob("ld-musl-*.so.1"), None)
    if loader is None or (root / "etc" / "ld.so.cache").exists():
        return None
    settings = root / "etc" / f"{loader.name.removesuffix('.so.1')}.path"
    try:
        text = settings.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        text = _MUSL_DIRECTORIES
    return tuple(entry for entry in re.split("[:\n]", text) if entry)


def _expand(written: str, request: Request) -> str:
    words = {"LIB": _lib_word(request.target), "PLATFORM": request.target.architecture}
    if request.requester:
        words["ORIGIN"] = str(request.requester.origin)
    return _TOKEN.sub(lambda found: words.get(found[1] or found[2], found[0]), written)


def _lib_word(target: Target) -> str:
    multiarch = _multiarch(target)
    if multiarch and Path("/usr/lib", multiarch).is_dir():
        return f"lib/{multiarch}"
    return "lib64" if target.bits == 64 else "lib"
