"""What there is around a file to name in it: libraries of the system and beside it, and headers. Folders are listed,
nothing in them is opened.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ffi_core.library import ld_cache
from ffi_core.library.host import host
from ffi_core.library.linux import default_directories, musl_directories

_LIBRARY = {
    "darwin": re.compile(r".+\.(dylib|so)$"),
    "win32": re.compile(r".+\.dll$", re.IGNORECASE),
}.get(sys.platform, re.compile(r".+\.so(\.\d+)*$"))
_MOST_IN_A_FOLDER = 20_000


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The places around one file.

    Parameters
    ----------
    folder: the file's.
    libraries: folders of libraries that the user has named.
    includes: folders of headers that the user has named.
    """

    folder: Path
    libraries: tuple[Path, ...] = ()
    includes: tuple[Path, ...] = ()

    def library_names(self, typed: str) -> list[str]:
        """What a library's name may be: of a bare one those that the loader knows, of a path the files and folders
        that lie there.

        Parameters
        ----------
        typed: what is written so far.
        """
        if "/" not in typed:
            named = (name for place in self.libraries for name in _libraries_in(place))
            return list(dict.fromkeys((*named, *_system_libraries())))
        folder, there = self._listed(typed)
        # A folder that hides itself is named by who begins with its dot.
        shown = (name for name in there if not name.startswith(".") or typed.startswith(f"{folder}."))
        return [f"{folder}{name}" for name in shown if name.endswith("/") or _LIBRARY.fullmatch(name)]

    def header_names(self, typed: str) -> list[str]:
        """What a header's name may be, as in ``#include``: the headers and folders of one level.

        Parameters
        ----------
        typed: what is written so far; up to its last slash it says which level.
        """
        above = typed.rpartition("/")[0]
        prefix = f"{above}/" if above or typed.startswith("/") else ""
        found = {
            f"{prefix}{name}"
            for place in self._header_folders()
            for name in _entries(place / above if prefix else place)
            if name.endswith(("/", ".h")) and not name.startswith(".")
        }
        return sorted(found)

    def header_file(self, name: str) -> Path | None:
        """The file that a header's name leads to; None where there is none."""
        return next((path for place in self._header_folders() if (path := place / name).is_file()), None)

    def _header_folders(self) -> Iterator[Path]:
        yield from (self.folder, *self.includes)
        multiarch = [Path(place).name for place in default_directories(host()) if "linux" in place]
        for root in ("/usr/local/include", "/usr/include"):
            yield from (Path(root, *part) for part in ([], *([name] for name in multiarch[:1])))

    def _listed(self, typed: str) -> tuple[str, Sequence[str]]:
        above = typed.rpartition("/")[0] + "/"
        return above, _entries(self.folder / above)


def _system_libraries() -> list[str]:
    cached = list(ld_cache.entries())
    words = os.environ.get("LD_LIBRARY_PATH", "").replace(";", ":").split(":")
    # The loader's cache lists the default folders already; where there is none they are looked into.
    known = () if cached else (*(musl_directories() or ()), *default_directories(host()), "/usr/local/lib")
    folders = [*filter(None, words), *known]
    names = [*(name for folder in folders for name in _libraries_in(Path(folder))), *cached]
    return sorted({name for name in names if _LIBRARY.fullmatch(name)})


def _libraries_in(folder: Path) -> list[str]:
    return [name for name in _entries(folder) if _LIBRARY.fullmatch(name) and not name.startswith(".")]


def _entries(folder: Path) -> Sequence[str]:
    """The names in a folder, folders with a slash behind; none where it cannot be listed."""
    try:
        return _listing(str(folder), folder.stat().st_mtime_ns)
    except (OSError, ValueError):
        return ()


@lru_cache(maxsize=64)
def _listing(folder: str, _modified_ns: int) -> Sequence[str]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            found.append(f"{entry.name}/" if entry.is_dir() else entry.name)
            if len(found) == _MOST_IN_A_FOLDER:
                break
    return tuple(sorted(found))
