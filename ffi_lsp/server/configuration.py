"""Which settings hold for which file: those of the nearest settings file, over those of the editor, over the defaults.

What may be set on the machine alone is taken from the editor; `ffi_lsp.config` refuses it in files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ffi_lsp.config import FILES, ConfigError, Settings, from_json, load

SECTION = "ffi"
"""Under which an editor keeps our settings."""


class Configuration:
    """The settings of one connection.

    Parameters
    ----------
    on_problem: told about settings that cannot be used, once each, and whether they are the editor's own.
    """

    def __init__(self, on_problem: Callable[[str, bool], object]) -> None:
        self._on_problem = on_problem
        self._folders: dict[Path, Settings] = {}
        self._initial: Any = None
        self._general = Settings()
        self._of: dict[Path, Settings] = {}
        self._problems: dict[Path, str] = {}
        self._told: set[str] = set()

    @property
    def editor(self) -> Settings:
        """What the editor says of no folder in particular, without any file."""
        return self._general

    @property
    def folders(self) -> tuple[Path, ...]:
        """The open folders."""
        return tuple(self._folders)

    def base_for(self, folder: Path) -> Settings:
        """What the editor says of an open folder, without any file."""
        return self._folders.get(folder, self._general)

    @property
    def given(self) -> tuple[Settings, dict[Path, Settings]]:
        """All that the editor says, in general and of each open folder."""
        return self._general, dict(self._folders)

    def greet(self, options: Any, folders: Iterable[Path]) -> None:
        """Take over what came with `initialize`: options, which may have our section or be it, and open folders."""
        self._initial = options.get(SECTION, options) if isinstance(options, Mapping) else None
        self._general = self._read(None, None)
        self._folders = {folder: self._read(None, folder) for folder in folders}
        self._of.clear()

    def set(self, folder: Path | None, given: Any) -> None:
        """Take over what the editor has set for a folder, or where it is None in general."""
        if folder is None:
            self._general = self._read(given, None)
        else:
            self._folders[folder] = self._read(given, folder)
        self._of.clear()

    def add(self, folder: Path) -> None:
        """A folder was opened."""
        self._folders.setdefault(folder, self._read(None, folder))
        self._of.clear()

    def remove(self, folder: Path) -> None:
        """A folder was closed."""
        self._folders.pop(folder, None)
        self._of.clear()

    def forget_files(self) -> None:
        """Read settings files again when they are needed next."""
        self._of.clear()
        self._told.clear()

    def folder_of(self, path: Path) -> Path | None:
        """The innermost open folder that holds a file."""
        holding = [folder for folder in self._folders if path.is_relative_to(folder)]
        return max(holding, key=lambda folder: len(folder.parts), default=None)

    def settings_for(self, path: Path) -> Settings:
        """What holds for a file."""
        folder = path.parent
        if folder not in self._of:
            outer = self.folder_of(path)
            base = self._general if outer is None else self._folders[outer]
            self._problems.pop(folder, None)
            try:
                self._of[folder] = load(folder, base)
            except ConfigError as error:
                self._problems[folder] = str(error)
                self._tell(error, is_of_editor=False)
                self._of[folder] = base
        return self._of[folder]

    def problem_of(self, path: Path) -> str | None:
        """What is wrong with the settings file that is the nearest to a file; None where nothing is."""
        self.settings_for(path)
        return self._problems.get(path.parent)

    def is_about(self, files: Iterable[Path]) -> bool:
        """Whether some of the files may hold settings."""
        return any(file.name in FILES for file in files)

    def places(self, path: Path) -> Iterable[Path]:
        """Where a settings file for a file is, or could be made: beside it, and above it up to its open folder."""
        outer = self.folder_of(path)
        source = self.settings_for(path).source
        if source is not None:
            yield source
        for folder in (path.parent, *path.parent.parents):
            yield from (folder / name for name in FILES)
            if outer is None or folder == outer:
                return

    def _read(self, given: Any, folder: Path | None) -> Settings:
        """What the editor says now, or said in the beginning where it says nothing now."""
        mapping = given if isinstance(given, Mapping) else self._initial
        try:
            return from_json(mapping, folder=folder)
        except ConfigError as error:
            self._tell(error, is_of_editor=True)
            keys = {problem.key for problem in error.problems}
        # One slip must not switch off what is right beside it, such as a protection.
        try:
            return from_json(_without(mapping, keys), folder=folder)
        except ConfigError:
            return Settings()

    def _tell(self, error: ConfigError, *, is_of_editor: bool) -> None:
        if str(error) not in self._told:
            self._told.add(str(error))
            self._on_problem(str(error), is_of_editor)


def _without(mapping: Any, keys: set[str]) -> dict[str, Any]:
    """A mapping of sections without some options, or without whole sections."""
    sections = mapping.items() if isinstance(mapping, Mapping) else ()
    return {
        section: {option: value for option, value in options.items() if f"{section}.{option}" not in keys}
        if isinstance(options, Mapping)
        else options
        for section, options in sections
        if section not in keys
    }
