"""Files that hold settings: which one is the nearest, what it says, and the line of each mistake in it.

``ffi.toml``, ``"ffi"`` in ``deno.json``, ``deno.jsonc`` and ``package.json``, ``[tool.ffi-lsp]`` in ``pyproject.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import attrs

from ffi_lsp.config import jsonc
from ffi_lsp.config.errors import ConfigError, Problem
from ffi_lsp.config.reading import from_json, from_toml
from ffi_lsp.config.settings import Settings

_LARGEST = 4 << 20
_TOML_PLACE = re.compile(r" \(at line (\d+), column \d+\)$")


@dataclass(frozen=True, slots=True)
class _Form:
    """How one kind of file holds settings.

    Parameters
    ----------
    path: the keys that lead to the settings.
    parse: text to value; raises ValueError.
    read: value to settings.
    line_of: the line, from 1, where a path of keys stands in a text, or None.
    """

    path: tuple[str, ...]
    parse: Callable[[str], Any]
    read: Callable[..., Settings]
    line_of: Callable[[str, Sequence[str]], int | None]


def _line_in_json(text: str, keys: Sequence[str]) -> int | None:
    place = 0
    for key in keys:
        found = re.compile(rf'"{re.escape(key)}"\s*:').search(text, place)
        if found is None:
            break
        place = found.start() + 1
    return text.count("\n", 0, place) + 1 if place else None


def _line_in_toml(text: str, keys: Sequence[str]) -> int | None:
    """The line of the longest beginning of a path that is written as headers and keys."""
    table: tuple[str, ...] = ()
    best: tuple[int, int] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        content = line.strip()
        header = re.match(r"\[\[?([^\]]*)\]", content)
        if header is not None:
            table = here = _dotted(header.group(1))
        elif "=" in content:
            here = (*table, *_dotted(content.partition("=")[0]))
        else:
            continue
        common = len(here) if tuple(keys[: len(here)]) == here else 0
        if common and (best is None or common > best[0]):
            best = (common, number)
    return best[1] if best else None


def _dotted(text: str) -> tuple[str, ...]:
    return tuple(word.strip().strip("\"'") for word in text.split("."))


_JSON = _Form(("ffi",), jsonc.loads, from_json, _line_in_json)
_FORMS = {
    "ffi.toml": _Form((), tomllib.loads, from_toml, _line_in_toml),
    "deno.json": _JSON,
    "deno.jsonc": _JSON,
    "package.json": _JSON,
    "pyproject.toml": _Form(("tool", "ffi-lsp"), tomllib.loads, from_toml, _line_in_toml),
}
FILES = tuple(_FORMS)
"""The names of files that may hold settings; in one folder, the first that does is heard."""


def load(folder: Path, base: Settings | None = None) -> Settings:
    """The settings that hold in a folder: those of the nearest file upwards that has any.

    Parameters
    ----------
    folder: where to begin.
    base: what holds where the file says nothing; the defaults if None.

    Returns
    -------
    The settings; `base` where no file has any.

    Raises
    ------
    ConfigError: the nearest file cannot be read, or has mistakes.
    """
    found = find(folder)
    return base or Settings() if found is None else load_file(found, base)


def find(folder: Path) -> Path | None:
    """The nearest file upwards that holds settings, or that is named ``ffi.toml``, whatever is in it."""
    start = folder.absolute()
    return next(filter(None, map(file_in, (start, *start.parents))), None)


def file_in(folder: Path) -> Path | None:
    """The file in a folder itself that holds settings."""
    for name, form in _FORMS.items():
        file = folder / name
        if _is_there(file) and (not form.path or _mentions_settings(file, form)):
            return file
    return None


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError:  # a path that is too long, or leads through what may not be searched
        return False


def load_file(file: Path, base: Settings | None = None) -> Settings:
    """The settings in a file, whose name decides its form; of other names, ``.json`` and ``.jsonc`` hold them as
    ``deno.json`` does, and everything else as ``ffi.toml`` does.

    Raises
    ------
    ConfigError: it cannot be read, or has mistakes.
    """
    form = _FORMS.get(file.name) or (_JSON if file.suffix in (".json", ".jsonc") else _FORMS["ffi.toml"])
    text = _text_of(file)
    mapping = _inside(_parsed(file, text, form), form.path)
    try:
        settings = form.read(
            {} if mapping is None else mapping, base=base, folder=file.absolute().parent, trusted=False
        )
    except ConfigError as error:
        raise ConfigError(tuple(_placed(entry, file, text, form) for entry in error.problems)) from None
    return attrs.evolve(settings, source=file)


def _mentions_settings(file: Path, form: _Form) -> bool:
    """Whether a file that is mostly about something else has settings in it. One that cannot be parsed has none: its
    own tool tells about it."""
    word = form.path[-1]
    try:
        text = _text_of(file)
        return word in text and _inside(_parsed(file, text, form), form.path) is not None
    except ConfigError:
        return False


def _text_of(file: Path) -> str:
    try:
        if not file.is_file():  # a FIFO would wait for ever
            raise _broken(file, "there is no such file" if not file.exists() else "it is no file")
        if file.stat().st_size > _LARGEST:
            raise _broken(file, f"it is longer than {_LARGEST >> 20} MiB")
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise _broken(file, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _broken(file, f"it is not UTF-8 (byte {error.start})") from error


def _parsed(file: Path, text: str, form: _Form) -> Any:
    try:
        return form.parse(text)
    except RecursionError as error:
        raise _broken(file, "it is nested too deeply") from error
    except ValueError as error:
        message = str(getattr(error, "msg", "") or error)
        line = getattr(error, "lineno", None)
        place = _TOML_PLACE.search(message)
        if place is not None:
            message, line = message[: place.start()], int(place.group(1))
        raise ConfigError((Problem("", f"it cannot be parsed: {message}", file=file, line=line),)) from error


def _inside(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _placed(problem: Problem, file: Path, text: str, form: _Form) -> Problem:
    keys = (*form.path, *filter(None, problem.key.split(".", 1)))
    line = None
    with suppress(re.error):
        line = form.line_of(text, keys)
    return problem.at(file, line)


def _broken(file: Path, why: str) -> ConfigError:
    return ConfigError((Problem("", why, file=file),))
