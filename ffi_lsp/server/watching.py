"""Libraries on disk: the client is asked to watch the files that open texts name, those that are missing too."""

from __future__ import annotations

import glob
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from ffi_lsp.rules import LibraryFacts
    from ffi_lsp.server.app import Server


class LibraryWatch:
    """Keeps one registration with the client, for the files that matter now.

    Parameters
    ----------
    server: talks to the client.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._files: frozenset[Path] = frozenset()
        self._registration: str | None = None

    def update(self, facts: Iterable[LibraryFacts]) -> None:
        """Watch the files of these libraries, and no others."""
        if not self._server.client.watches_files:
            return
        files = frozenset(path for each in facts for path in _files_of(each))
        if files == self._files:
            return
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        if self._registration is not None:
            old = types.Unregistration(self._registration, method)
            self._server.client_unregister_capability(types.UnregistrationParams([old]))
            self._registration = None
        self._files = files
        if files:
            self._registration = str(uuid.uuid4())
            options = types.DidChangeWatchedFilesRegistrationOptions([self._watcher(path) for path in sorted(files)])
            new = types.Registration(self._registration, method, options)
            self._server.client_register_capability(types.RegistrationParams([new]))

    def _watcher(self, path: Path) -> types.FileSystemWatcher:
        if self._server.client.relative_patterns:
            return types.FileSystemWatcher(types.RelativePattern(path.parent.as_uri(), glob.escape(path.name)))
        return types.FileSystemWatcher(glob.escape(str(path)))


def _files_of(facts: LibraryFacts) -> set[Path]:
    if facts.library is not None:
        return {facts.library.path, facts.file or facts.library.path}
    if facts.location is None:
        return set()
    places = (Path(place) for place in facts.location.searched)
    return {place for place in places if place.is_absolute() and place.name == Path(facts.location.name).name}
