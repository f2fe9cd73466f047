"""The kinds of values that a setting may have: how each is read, described to an editor, and asked for in an error."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from ffi_lsp.diagnostic import Severity

T = TypeVar("T")
_MACRO = re.compile(r"[A-Za-z_]\w*(=[^\0\n\r]*)?")


class WrongValueError(ValueError):
    """A value does not fit its setting.

    Parameters
    ----------
    value: the value, or the part of it that is wrong.
    nearest: what was probably meant, or None.
    """

    def __init__(self, value: object, nearest: str | None = None) -> None:
        self.value, self.nearest = value, nearest
        super().__init__(repr(value))


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """One kind of value.

    Parameters
    ----------
    expected: what would be right, for an error: ``true or false``.
    read: makes the value from what JSON or TOML gave and the folder in which relative paths start; raises
        `WrongValueError`.
    schema: the JSON schema of the value, without description and default.
    """

    expected: str
    read: Callable[[Any, Path], T]
    schema: Mapping[str, Any] = field(default_factory=dict)


def _flag(value: object, _: Path) -> bool:
    if not isinstance(value, bool):
        raise WrongValueError(value)
    return value


def number(least: float, most: float, unit: str) -> Kind[float]:
    """A number from `least` to `most`, of a unit that people know."""

    def read(value: object, _: Path) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise WrongValueError(value)
        if not least <= value <= most:
            raise WrongValueError(value)
        return float(value)

    schema = {"type": "number", "minimum": least, "maximum": most}
    return Kind(f"a number of {unit} from {least:g} to {most:g}", read, schema)


def whole(least: int, most: int, unit: str) -> Kind[int]:
    """A whole number from `least` to `most`."""

    def read(value: object, _: Path) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise WrongValueError(value)
        return value

    schema = {"type": "integer", "minimum": least, "maximum": most}
    return Kind(f"a whole number of {unit} from {least} to {most}", read, schema)


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise WrongValueError(value)
    for entry in value:
        if not isinstance(entry, str) or not entry.strip() or "\0" in entry:
            raise WrongValueError(entry)
    return tuple(value)


def _severity(value: object, _: Path) -> Severity:
    if not isinstance(value, str) or value not in _MEANINGS:
        raise WrongValueError(value, _nearest(value, Severity))
    return Severity(value)


def _rules(value: object, _: Path) -> tuple[str, ...]:
    words = _texts(value)
    if words:
        from ffi_lsp.selection import UnknownRuleError, select

        for word in words:
            try:
                select([word], [])
            except UnknownRuleError as error:
                raise WrongValueError(word, error.nearest) from error
    return words


def _folders(value: object, folder: Path) -> tuple[Path, ...]:
    return tuple(folder / _home(entry) for entry in _texts(value))


def _home(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:  # ~nobody
        raise WrongValueError(text) from error


def _macros(value: object, _: Path) -> tuple[str, ...]:
    words = _texts(value)
    for word in words:
        if not _MACRO.fullmatch(word):
            raise WrongValueError(word)
    return words


def _nearest(value: object, words: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(str(value).lower(), list(words), n=1)), None)


_LIST = {"type": "array", "items": {"type": "string", "minLength": 1}}
_MEANINGS = {
    Severity.HINT: "everything",
    Severity.INFORMATION: "all but hints",
    Severity.WARNING: "what is probably wrong, and what is surely wrong",
    Severity.ERROR: "what is surely wrong",
}
FLAG = Kind("true or false", _flag, {"type": "boolean"})
SEVERITY = Kind(
    f"one of {', '.join(_MEANINGS)}",
    _severity,
    {"type": "string", "enum": [entry.value for entry in _MEANINGS], "enumDescriptions": list(_MEANINGS.values())},
)
RULES = Kind("a list of rules by code, beginning of a code, or name", _rules, _LIST)
FOLDERS = Kind("a list of folders", _folders, _LIST)
PATTERNS = Kind("a list of patterns as in .gitignore", lambda value, _: _texts(value), _LIST)
MACROS = Kind("a list of macros, NAME or NAME=value", _macros, _LIST)
