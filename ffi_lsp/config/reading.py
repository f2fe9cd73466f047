"""A mapping, as JSON or TOML gave it, to `Settings`; every mistake is found, and named by its key. Pure."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs

from ffi_lsp.config.errors import ConfigError, Problem
from ffi_lsp.config.kinds import WrongValueError
from ffi_lsp.config.settings import Option, Settings, options, sections

_OF_THE_EDITOR = ("server", "trace")
"""Sections that editors send along, and read themselves."""

Spelling = Callable[[str], str]
"""Makes the name of a setting in a file from its name in Python."""


def camel(name: str) -> str:
    """``min_severity`` as JSON writes it: ``minSeverity``."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def kebab(name: str) -> str:
    """``min_severity`` as TOML writes it: ``min-severity``."""
    return name.replace("_", "-")


def from_json(
    mapping: Mapping[str, Any] | None, *, base: Settings | None = None, folder: Path | None = None, trusted: bool = True
) -> Settings:
    """Settings from the mapping that an editor sends, or that stands under ``"ffi"`` in a JSON file.

    Parameters
    ----------
    mapping: sections by name, each a mapping of options with names in camelCase. Null stands for nothing set.
    base: what holds where nothing is set; the defaults if None.
    folder: where relative paths start, in an editor the folder that is open; paths stay relative if None.
    trusted: whether a person's own editor speaks, rather than a file of a project, which cannot set options of machine
        scope.

    Raises
    ------
    ConfigError: with every unknown key and wrong value.
    """
    return _Reader(camel, base, folder, trusted).settings(mapping)


def from_toml(
    mapping: Mapping[str, Any], *, base: Settings | None = None, folder: Path | None = None, trusted: bool = False
) -> Settings:
    """Settings from the tables of a TOML file, with names in kebab-case; the rest is as for `from_json`.

    Raises
    ------
    ConfigError: with every unknown key and wrong value.
    """
    return _Reader(kebab, base, folder, trusted).settings(mapping)


class _Reader:
    """Reads one mapping and gathers what is wrong with it."""

    def __init__(self, spelling: Spelling, base: Settings | None, folder: Path | None, trusted: bool) -> None:
        self._spelling, self._base = spelling, base or Settings()
        self._folder, self._trusted = folder, trusted
        self._problems: list[Problem] = []

    def settings(self, mapping: object) -> Settings:
        known = {self._spelling(name): (name, section) for name, section in sections().items()}
        found = {}
        for key, value in self._entries("", mapping):
            if self._trusted and key in _OF_THE_EDITOR:
                continue
            if key not in known:
                self._unknown("", key, known)
                continue
            name, section = known[key]
            values = dict(self._options(key, options(section), value))
            found[name] = attrs.evolve(getattr(self._base, name), **values)
        if self._problems:
            raise ConfigError(tuple(self._problems))
        folder = self._base.folder
        if found.get("files", self._base.files) != self._base.files:
            folder = self._folder
        return attrs.evolve(self._base, folder=folder or self._folder, **found)

    def _options(
        self, section: str, known: Mapping[str, tuple[Option, Any]], mapping: object
    ) -> Iterator[tuple[str, Any]]:
        names = {self._spelling(name): name for name in known}
        for key, value in self._entries(section, mapping):
            name = names.get(key)
            if name is None:
                self._unknown(section, key, names)
                continue
            option, _ = known[name]
            where = f"{section}.{key}"
            if option.machine and not self._trusted:
                message = "a file of a project cannot set this: it belongs in your editor's own settings"
                self._problems.append(Problem(where, message))
                continue
            try:
                yield name, option.kind.read(value, self._folder or Path())
            except WrongValueError as error:
                message = f"{_spell(error.value)} does not fit"
                self._problems.append(Problem(where, message, option.kind.expected, error.nearest))

    def _entries(self, where: str, mapping: object) -> Iterator[tuple[str, Any]]:
        """The entries of a mapping that are set; a mapping of the wrong kind is a problem, and has none."""
        if mapping is None and self._trusted:
            return
        if not isinstance(mapping, Mapping):
            kind = "a table" if self._spelling is kebab else "an object"
            self._problems.append(Problem(where, f"{_spell(mapping)} does not fit", kind))
            return
        for key, value in mapping.items():
            if value is not None or not self._trusted:
                yield str(key), value

    def _unknown(self, section: str, key: str, known: Iterable[str]) -> None:
        names = list(known)
        near = difflib.get_close_matches(self._spelling(key.replace("-", "_")), names, n=1, cutoff=0.5)
        where = f"{section}.{key}" if section else key
        expected = f"one of {', '.join(names)}"
        self._problems.append(Problem(where, "there is no such setting", expected, next(iter(near), None)))


def _spell(value: object) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"
