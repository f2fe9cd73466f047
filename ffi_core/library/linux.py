"""The dynamic loader's search on Linux, without running it: glibc's rules, or musl's where musl is the system's libc.

Sources: ld.so(8); glibc, elf/dl-load.c (_dl_map_object, open_path, open_verify); musl, ldso/dynlink.c (load_library).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ffi_core.errors import LibraryLoadError, LibraryNotFoundError, LoadFailure
from ffi_core.library import ld_cache
from ffi_core.library.host import Target, processor_levels
from ffi_core.library.library import Library
from ffi_core.library.location import Location, Step
from ffi_core.library.near import near_names
from ffi_core.library.reading import open_library

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


@dataclass(frozen=True, slots=True)
class Requester:
    """The library on whose behalf a search is made; made by `requester`.

    Parameters
    ----------
    origin: the directory it is in, which ``$ORIGIN`` stands for.
    rpath: its RPATH and that of the libraries that brought it in, nearest first, ``$ORIGIN`` expanded.
    runpath: its RUNPATH. A library that has one searches no RPATH.
    """

    origin: Path
    rpath: tuple[str, ...]
    runpath: tuple[str, ...]


def requester(library: Library, parent: Requester | None = None) -> Requester:
    """The requester that a library is, for the libraries it needs.

    Parameters
    ----------
    library: the library.
    parent: the requester on whose behalf it was itself opened.
    """
    origin = library.path.absolute().parent
    words = _words(Target(library.architecture, library.bits), origin)
    own = () if library.runpath else tuple(_expand(entry, words) for entry in library.rpath)
    return Requester(origin, own + (parent.rpath if parent else ()), library.runpath)


@dataclass
class Search:
    """One search, as it goes from place to place.

    Parameters
    ----------
    name: the name that dlopen was given, or that stands among a library's needed ones.
    target: the machine that the loader serves.
    environment: the variables that the loader sees.
    requester: the library that asks, or None for the program.
    """

    name: str
    target: Target
    environment: Mapping[str, str]
    requester: Requester | None = None
    steps: list[Step] = field(default_factory=list)
    directories: list[Path] = field(default_factory=list)
    misfit: LibraryLoadError | None = None

    def by_path(self, base: Path | None) -> Location:
        """The search for a name with a slash: that file and no other."""
        path = _absolute(self.name, base)
        failure = self._failure_of(path)
        if isinstance(failure, LibraryNotFoundError):
            self.steps.append(Step(str(path), "no such file"))
            self.directories.append(path.parent)
            head = self.name.rpartition("/")[0]
            near = tuple(f"{head}/{other}" for other in near_names(path.name, self._present()))
            return Location(self.name, None, tuple(self.steps), near)
        self.steps.append(Step(str(path), failure.detail if failure else "found"))
        return Location(self.name, path, tuple(self.steps), (), failure)

    def by_name(self) -> Location:
        """The search for a name without slash, through all places."""
        for path in self._candidates():
            failure = self._failure_of(path)
            if isinstance(failure, LibraryNotFoundError):
                self.steps.append(Step(str(path), "no such file"))
            elif failure is not None and failure.reason in _PASSED_OVER:
                self.misfit = self.misfit or failure
                self.steps.append(Step(str(path), f"skipped: {failure.detail}"))
            else:
                self.steps.append(Step(str(path), failure.detail if failure else "found"))
                near = near_names(self.name, self._present()) if failure else ()
                return Location(self.name, path, tuple(self.steps), near, failure)
        near = near_names(self.name, self._present())
        misfit_path = Path(self.misfit.path) if self.misfit else None
        return Location(self.name, misfit_path, tuple(self.steps), near, self.misfit)

    def _candidates(self) -> Iterator[Path]:
        requester = self.requester
        if requester and not requester.runpath:
            yield from self._in("the library's RPATH", requester.rpath)
        yield from self._in("LD_LIBRARY_PATH", self._environment_directories())
        if requester:
            yield from self._in("the library's RUNPATH", requester.runpath)
        musl = _musl_directories()
        if musl is not None:
            yield from self._in("the system's directories", musl)
            return
        cached = ld_cache.look_up(self.name, self.target.architecture, processor_levels())
        self.steps.append(Step(str(ld_cache.CACHE), f"lists {cached}" if cached else "does not list it"))
        if cached:
            yield Path(cached)
        yield from self._in("the system's directories", default_directories(self.target))

    def _in(self, source: str, directories: tuple[str, ...]) -> Iterator[Path]:
        words = _words(self.target, self.requester.origin if self.requester else None)
        for written in directories:
            expanded = _expand(written, words)
            if "$ORIGIN" in expanded or "${ORIGIN}" in expanded:
                self.steps.append(
                    Step(written, f"skipped: $ORIGIN in {source} is the program's directory, unknown here")
                )
                continue
            directory = _absolute(expanded or ".", None)
            if not directory.is_dir():
                self.steps.append(Step(str(directory), f"no such directory ({source})"))
                continue
            self.directories.append(directory)
            for level in processor_levels():
                better = directory / "glibc-hwcaps" / level
                if better.is_dir():
                    yield better / self.name
            yield directory / self.name

    def _environment_directories(self) -> tuple[str, ...]:
        text = self.environment.get("LD_LIBRARY_PATH", "")
        return tuple(re.split("[:;]", text)) if text else ()

    def _failure_of(self, path: Path) -> LibraryLoadError | LibraryNotFoundError | None:
        try:
            library = open_library(path)
        except (LibraryLoadError, LibraryNotFoundError) as error:
            return error
        if library.architecture == self.target.architecture:
            return None
        detail = f"built for {Target(library.architecture, library.bits)}; this loader opens {self.target}"
        return LibraryLoadError(str(path), LoadFailure.WRONG_ARCHITECTURE, detail)

    def _present(self) -> set[str]:
        names = set() if "/" in self.name else set(ld_cache.entries())
        for directory in self.directories:
            names.update(_listing(directory))
        return names


def default_directories(target: Target) -> tuple[str, ...]:
    """The directories that glibc's loader searches last: Debian's multiarch ones where they are, else lib64 and lib."""
    multiarch = _multiarch(target)
    if multiarch and Path("/usr/lib", multiarch).is_dir():
        return (f"/lib/{multiarch}", f"/usr/lib/{multiarch}", "/lib", "/usr/lib")
    wide = ("/lib64", "/usr/lib64") if target.bits == 64 else ()
    return (*wide, "/lib", "/usr/lib")


def _multiarch(target: Target) -> str | None:
    return _MULTIARCH.get(target.architecture)


def _musl_directories() -> tuple[str, ...] | None:
    loader = next(Path("/lib").glob("ld-musl-*.so.1"), None)
    if loader is None or ld_cache.CACHE.exists():
        return None
    settings = Path("/etc", f"{loader.name.removesuffix('.so.1')}.path")
    try:
        text = settings.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        text = _MUSL_DIRECTORIES
    return tuple(entry for entry in re.split("[:\n]", text) if entry)


def _words(target: Target, origin: Path | None) -> dict[str, str]:
    words = {"LIB": _lib_word(target), "PLATFORM": target.architecture}
    return words | ({"ORIGIN": str(origin)} if origin else {})


def _expand(written: str, words: Mapping[str, str]) -> str:
    return _TOKEN.sub(lambda found: words.get(found[1] or found[2], found[0]), written)


def _lib_word(target: Target) -> str:
    multiarch = _multiarch(target)
    if multiarch and Path("/usr/lib", multiarch).is_dir():
        return f"lib/{multiarch}"
    return "lib64" if target.bits == 64 else "lib"


def _absolute(path: str, base: Path | None) -> Path:
    try:
        return Path(base or "", path).absolute()
    except OSError:
        # The working directory was removed: a relative path leads nowhere, which the next look at it will say.
        return Path(path)


def _listing(directory: Path) -> list[str]:
    try:
        return [entry.name for entry in directory.iterdir()]
    except OSError:
        return []
