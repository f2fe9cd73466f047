"""What the loaders of all systems share: a name, a list of files to try, and a rule for what ends the search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ffi_core.errors import LibraryLoadError, LibraryNotFoundError, LoadFailure
from ffi_core.library.host import Target
from ffi_core.library.image import absolute
from ffi_core.library.library import Format, Library
from ffi_core.library.location import Location, Step
from ffi_core.library.near import near_names
from ffi_core.library.reading import open_library


@dataclass(frozen=True, slots=True)
class Requester:
    """The library on whose behalf a search is made; made by `requester_of`.

    Parameters
    ----------
    origin: the directory it is in: ``$ORIGIN``, ``@loader_path``.
    rpath: its RPATH and that of the libraries that brought it in, nearest first, with the origin written out.
    runpath: its RUNPATH, which ELF alone has. A library that has one searches no RPATH.
    """

    origin: Path
    rpath: tuple[str, ...]
    runpath: tuple[str, ...]


def requester_of(library: Library, parent: Requester | None = None) -> Requester:
    """The requester that a library is, for the libraries it needs.

    Parameters
    ----------
    library: the library.
    parent: the requester on whose behalf it was itself opened.
    """
    origin = library.path.absolute().parent
    own = () if library.runpath else tuple(_written_out(entry, origin) for entry in library.rpath)
    return Requester(origin, own + (parent.rpath if parent else ()), library.runpath)


@dataclass(frozen=True, slots=True)
class Request:
    """What is looked for, by whom.

    Parameters
    ----------
    name: the name that dlopen was given, or that stands among a library's needed ones.
    base: the directory that a relative path starts from, or None for the working directory.
    target: the machine that the loader serves.
    environment: the variables that the loader sees.
    requester: the library that asks, or None for the program.
    suggest: whether names that are near are wanted where there is no such library.
    """

    name: str
    base: Path | None
    target: Target
    environment: Mapping[str, str]
    requester: Requester | None = None
    suggest: bool = True

    def words(self, variable: str, separators: str) -> tuple[str, ...]:
        """The entries of a variable that holds a list; none where it is empty or missing."""
        text = self.environment.get(variable, "")
        for separator in separators[1:]:
            text = text.replace(separator, separators[0])
        return tuple(text.split(separators[0])) if text else ()


@dataclass
class Trail:
    """One search, as it goes from place to place.

    Parameters
    ----------
    request: what is looked for.
    format: what this system's loader opens.
    passed_over: failures after which it goes on to the next place; any other ends its search with an error.
    """

    request: Request
    format: Format
    passed_over: tuple[LoadFailure, ...]
    steps: list[Step] = field(default_factory=list)
    directories: list[Path] = field(default_factory=list)

    def note(self, place: str | Path, outcome: str) -> None:
        """Write down what one place gave."""
        self.steps.append(Step(str(place), outcome))

    def within(self, directories: Iterable[str], leaf: str, source: str) -> Iterator[Path]:
        """The file `leaf` in each directory that is there; `source` says who names these directories."""
        for written in directories:
            directory = absolute(written or ".", None)
            if directory.is_dir():
                self.directories.append(directory)
                yield directory / leaf
            else:
                self.note(directory, f"no such directory ({source})")

    def follow(self, candidates: Iterable[Path], *, also: Iterable[str] = ()) -> Location:
        """Try one file after the other until the loader would stop.

        Parameters
        ----------
        candidates: the files, in the loader's order; made while the search goes on, so that notes stand in order.
        also: names of libraries that are there beside those in the directories, to choose the nearest from.
        """
        name, misfit = self.request.name, None
        for path in candidates:
            failure, outcome = self._examine(path)
            self.note(path, outcome)
            if isinstance(failure, LibraryNotFoundError):
                self.directories += [path.parent] if self.is_path else []
            elif failure is not None and failure.reason in self.passed_over:
                misfit = misfit or failure
            else:
                near = self._near(also) if failure and not self.is_path else ()
                return Location(name, path, tuple(self.steps), near, failure)
        return Location(name, Path(misfit.path) if misfit else None, tuple(self.steps), self._near(also), misfit)

    @property
    def is_path(self) -> bool:
        """Whether the name says itself where the file is."""
        return "/" in self.request.name or (self.format == "pe" and "\\" in self.request.name)

    def _examine(self, path: Path) -> tuple[LibraryLoadError | LibraryNotFoundError | None, str]:
        """Why the loader cannot use a file, or None where it can; and what a step says of it."""
        target = self.request.target
        try:
            library = open_library(path)
            foreign = f"a {library.format} library, which is for another system"
            if library.format != self.format and self.is_path:
                # A repository may well hold the libraries of all systems, and its code choose among them.
                return None, f"found: {foreign}"
            if library.format != self.format:
                raise LibraryLoadError(str(path), LoadFailure.NOT_A_LIBRARY, foreign)
            if library.architecture != target.architecture:
                detail = f"built for {Target(library.architecture, library.bits)}; this loader opens {target}"
                raise LibraryLoadError(str(path), LoadFailure.WRONG_ARCHITECTURE, detail)
        except LibraryNotFoundError as error:
            return error, "no such file"
        except LibraryLoadError as error:
            passed_over = error.reason in self.passed_over and not self.is_path
            return error, f"skipped: {error.detail}" if passed_over else error.detail
        return None, "found"

    def _near(self, also: Iterable[str]) -> tuple[str, ...]:
        if not self.request.suggest:
            return ()
        name = self.request.name
        start = 1 + max(name.rfind("/"), name.rfind("\\") if self.format == "pe" else -1)
        present = set(also)
        for directory in self.directories:
            present.update(_listing(directory))
        return tuple(name[:start] + other for other in near_names(name[start:], present))


def _written_out(entry: str, origin: Path) -> str:
    for word in ("${ORIGIN}", "$ORIGIN", "@loader_path"):
        entry = entry.replace(word, str(origin))
    return entry


def _listing(directory: Path) -> list[str]:
    try:
        return [entry.name for entry in directory.iterdir()]
    except (OSError, ValueError):
        return []
