"""What can be wrong with settings: all mistakes of a file at once, each with its place and the nearest right answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ffi_core.errors import FFIError


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake.

    Parameters
    ----------
    key: the setting as it is written there, ``rules.min-severity``; empty where it is the whole that is wrong.
    message: what is wrong, without the place.
    expected: what would be right, or empty.
    nearest: the key or value that was probably meant, or None.
    file: where the settings stand, or None where an editor sent them.
    line: from 1, where it is known.
    """

    key: str
    message: str
    expected: str = ""
    nearest: str | None = None
    file: Path | None = None
    line: int | None = None

    def at(self, file: Path, line: int | None) -> Problem:
        """The same problem with its place."""
        return replace(self, file=file, line=line)

    def __str__(self) -> str:
        place = "settings" if self.file is None else f"{self.file}:{self.line}" if self.line else str(self.file)
        expected = f"; expected {self.expected}" if self.expected else ""
        nearest = f"; did you mean {self.nearest}?" if self.nearest else ""
        return ": ".join(filter(None, (place, self.key, f"{self.message}{expected}{nearest}")))


class ConfigError(FFIError, ValueError):
    """Settings that cannot be used.

    Parameters
    ----------
    problems: every mistake that was found, at least one; the attributes `file`, `line`, `key`, `expected` and `nearest`
        are those of the first.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        first = problems[0]
        self.file, self.line, self.key = first.file, first.line, first.key
        self.expected, self.nearest = first.expected, first.nearest
        super().__init__("\n".join(map(str, problems)))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[object, ...]]:
        return type(self), (self.problems,)
