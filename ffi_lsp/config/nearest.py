"""The settings that hold for each of many files, each folder looked at once until somebody says that files changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ffi_lsp.config.files import FILES, file_in, load_file
from ffi_lsp.config.settings import Settings


class Nearest:
    """Gives each file the settings of the nearest settings file upwards.

    Parameters
    ----------
    base: what holds where no file says anything.
    over: what stands above all files, a command line say.
    use_files: whether files are looked for at all.
    """

    def __init__(
        self,
        base: Settings | None = None,
        over: Callable[[Settings], Settings] = lambda given: given,
        *,
        use_files: bool = True,
    ) -> None:
        self._base, self._over, self._use_files = base or Settings(), over, use_files
        self._files: dict[Path, Path | None] = {}
        self._settings: dict[Path | None, Settings] = {None: over(self._base)}

    def __call__(self, file: Path) -> Settings:
        """The settings for a file; see `in_folder`."""
        return self.in_folder(file.parent)

    def in_folder(self, folder: Path) -> Settings:
        """The settings for what lies in a folder.

        Raises
        ------
        ConfigError: the settings file that counts there has mistakes.
        """
        file = self._nearest(folder.absolute()) if self._use_files else None
        if file not in self._settings:
            assert file is not None  # None was there from the start
            self._settings[file] = self._over(load_file(file, self._base))
        return self._settings[file]

    def candidates(self) -> list[Path]:
        """Every place where a file of settings is or could be, for the folders that were asked about."""
        return [folder / name for folder in self._files for name in FILES]

    def _nearest(self, folder: Path) -> Path | None:
        waiting = []
        while folder not in self._files:
            own = file_in(folder)
            if own is not None or folder == folder.parent:
                self._files[folder] = own
                break
            waiting.append(folder)
            folder = folder.parent
        found = self._files[folder]
        self._files.update(dict.fromkeys(waiting, found))
        return found
