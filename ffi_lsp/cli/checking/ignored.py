"""Patterns that leave files out: ``.gitignore`` files, git's own lists, and ``files.exclude`` of the settings.

As git has it (gitignore(5)): patterns nearer to a file come later and win, and nothing below a folder that is left out
comes back.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ffi_lsp.config import Settings

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

Patterns = tuple[str, "GitIgnoreSpec"]
"""The folder from which patterns are read, and the patterns."""
_LARGEST = 1 << 20


def is_ignored(path: str, is_folder: bool, patterns: Sequence[Patterns]) -> bool:
    """Whether patterns leave a file or folder out; the last ones that speak of it decide.

    Parameters
    ----------
    path: absolute.
    is_folder: patterns that end with a slash mean folders alone.
    patterns: outermost first.
    """
    for base, spec in reversed(patterns):
        if path.startswith(base):
            inner = path[len(base) :].lstrip("/")
            verdict = spec.check_file(f"{inner}/" if is_folder else inner).include if inner else None
            if verdict is not None:
                return verdict
    return False


def exclusion(settings: Settings) -> tuple[Patterns, ...]:
    """What the settings leave out."""
    if not settings.files.exclude:
        return ()
    return ((_as_base(str(settings.folder or Path.cwd())), _spec(settings.files.exclude)),)


class IgnoreFiles:
    """Reads what git would read, whether or not git is there."""

    def own(self, folder: str) -> tuple[Patterns, ...]:
        """The patterns that stand in a folder itself: at the top of a repository, those of the repository too."""
        base = _as_base(folder)
        files = [f"{folder}/.gitignore"]
        if os.path.exists(f"{folder}/.git"):  # noqa: PTH110  (a string, as all paths of a walk)
            files = [_of_the_user(), f"{folder}/.git/info/exclude", *files]
        return tuple((base, spec) for file in files if (spec := _read(file)) is not None)

    def above(self, path: Path) -> tuple[Patterns, ...]:
        """The patterns of the folders above a path, up to the top of its repository; none outside of one."""
        found: list[Patterns] = []
        for folder in path.parents:
            found = [*self.own(str(folder)), *found]
            if (folder / ".git").exists():
                return tuple(found)
        return ()


def _read(file: str) -> GitIgnoreSpec | None:
    """The patterns in a file; None where it is not there, or is no text that a person wrote."""
    try:
        if not os.path.isfile(file) or os.path.getsize(file) > _LARGEST:  # noqa: PTH113, PTH202
            return None
        lines = Path(file).read_bytes().decode("utf-8", "replace").splitlines()
    except OSError:
        return None
    return _spec(tuple(lines)) if any(line.strip() for line in lines) else None


@lru_cache(maxsize=256)
def _spec(lines: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    good = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:  # git passes over what it does not understand
            continue
        good.append(line)
    return GitIgnoreSpec.from_lines(good)


def _of_the_user() -> str:
    """The list that git reads for every repository of a user (``core.excludesFile`` by default)."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111
    return f"{base}/git/ignore"


def _as_base(folder: str) -> str:
    return folder if folder.endswith("/") else f"{folder}/"
