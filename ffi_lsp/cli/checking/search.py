"""Which files a check reads: those that are named, and those of the right kind below directories that are named."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ffi_core.source import SUFFIXES
from ffi_lsp.cli.checking.ignored import IgnoreFiles, Patterns, exclusion, is_ignored
from ffi_lsp.config import Nearest

STANDARD_INPUT = Path("-")
_PASSED_OVER = {"node_modules", ".git", ".hg", ".svn"}
_WHAT_IT_IS = {stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that was not judged, or not wholly.

    Parameters
    ----------
    path: what it is about.
    why: one sentence for people.
    fatal: whether the run has not done what was asked of it; the exit code says so then.
    """

    path: Path
    why: str
    fatal: bool = True


class Search:
    """Finds the files to judge. Symbolic links to directories are not followed.

    Parameters
    ----------
    settings: says what is excluded.
    complain: told of what cannot be read, and of what only looks like a file.
    force_exclude: whether files that are named are passed over too, where patterns say so.
    use_ignore_files: whether ``.gitignore`` counts.
    """

    def __init__(
        self,
        settings: Nearest,
        complain: Callable[[Trouble], None],
        *,
        force_exclude: bool = False,
        use_ignore_files: bool = True,
    ) -> None:
        self._settings, self._complain, self._force = settings, complain, force_exclude
        self._ignore_files = IgnoreFiles() if use_ignore_files else None

    def files(self, paths: Iterable[Path]) -> Iterator[Path]:
        """The files that some paths stand for, each once, in a settled order.

        Parameters
        ----------
        paths: files, which are taken whatever their suffix, directories, and `STANDARD_INPUT`.

        Raises
        ------
        ConfigError: the settings that count somewhere have mistakes.
        """
        seen = set()
        for path in paths:
            for file in self._below(path):
                if file not in seen:
                    seen.add(file)
                    yield file

    def _below(self, path: Path) -> Iterator[Path]:
        if path == STANDARD_INPUT:
            yield path
            return
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError) as error:
            self._complain(Trouble(path, getattr(error, "strerror", None) or str(error)))
            return
        if stat.S_ISDIR(mode):
            yield from self._walk(path)
        elif not stat.S_ISREG(mode):
            kind = _WHAT_IT_IS.get(stat.S_IFMT(mode), "no file")
            self._complain(Trouble(path, f"it is {kind}; name - to check what a program prints"))
        elif not (self._force and self._is_named_in_patterns(path)):
            yield path

    def _walk(self, root: Path) -> Iterator[Path]:
        waiting: list[tuple[str, tuple[Patterns, ...]]] = [(str(root), self._above(root))]
        while waiting:
            folder, above = waiting.pop()
            try:
                with os.scandir(folder) as listing:
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as error:
                self._complain(Trouble(Path(folder), error.strerror or str(error)))
                continue
            place = os.path.abspath(folder)  # noqa: PTH100  (links stay as they are written)
            patterns = (*above, *self._own(place, entries))
            excluded = exclusion(self._settings.in_folder(Path(place)))
            folders = []
            for entry in entries:
                inner = _is_folder(entry)
                wanted = entry.name not in _PASSED_OVER if inner else _suffix(entry.name) in SUFFIXES
                if not wanted or is_ignored(f"{place}/{entry.name}", inner, (*patterns, *excluded)):
                    continue
                if inner:
                    folders.append((entry.path, patterns))
                elif self._is_file(entry):
                    yield Path(entry.path)
            waiting.extend(reversed(folders))

    def _above(self, root: Path) -> tuple[Patterns, ...]:
        """The patterns of the folders above one that is named; none where they would leave it out altogether."""
        if self._ignore_files is None:
            return ()
        place = root.absolute()
        above = self._ignore_files.above(place)
        return () if any(is_ignored(str(part), True, above) for part in (place, *place.parents)) else above

    def _own(self, place: str, entries: Iterable[os.DirEntry[str]]) -> tuple[Patterns, ...]:
        if self._ignore_files is None or not any(entry.name in (".gitignore", ".git") for entry in entries):
            return ()
        return self._ignore_files.own(place)

    def _is_named_in_patterns(self, path: Path) -> bool:
        place = path.absolute()
        above = self._ignore_files.above(place) if self._ignore_files is not None else ()
        patterns = (*above, *exclusion(self._settings(place)))
        return is_ignored(str(place), False, patterns) or any(
            part.name in _PASSED_OVER or is_ignored(str(part), True, patterns) for part in place.parents
        )

    def _is_file(self, entry: os.DirEntry[str]) -> bool:
        """Whether an entry can be read as a file. A link that leads nowhere may be an editor's mark: no accident."""
        try:
            if entry.is_file():
                return True
            why = "it is a link that leads nowhere" if entry.is_symlink() else "it is no regular file"
        except OSError as error:
            why = error.strerror or str(error)
        self._complain(Trouble(Path(entry.path), f"{why}; passed over", fatal=False))
        return False


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122  (a Path for each name costs more than the rest)
