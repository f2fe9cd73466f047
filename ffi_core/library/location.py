"""The answer to "which file does this name mean?", with every step on the way to it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ffi_core.errors import LibraryLoadError


@dataclass(frozen=True, slots=True)
class Step:
    """One place that was looked at.

    Parameters
    ----------
    place: a file, a directory or a setting such as ``LD_LIBRARY_PATH``.
    outcome: what was there, in a few words: ``"no such file"``, ``"found"``, ``"skipped: built for aarch64"``.
    """

    place: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Location:
    """Where a library's name leads.

    Parameters
    ----------
    name: the name that was looked for.
    path: the file that the loader opens, or trips over (then `failure` says why); None where there is none.
    steps: every place that was looked at, in the loader's order.
    near: names of libraries that are there and resemble the one asked for, best first.
    failure: why the file at `path` is of no use to the loader; None where it is.
    """

    name: str
    path: Path | None
    steps: tuple[Step, ...]
    near: tuple[str, ...] = ()
    failure: LibraryLoadError | None = None

    @property
    def searched(self) -> tuple[str, ...]:
        """The places that were looked at, in order."""
        return tuple(step.place for step in self.steps)
