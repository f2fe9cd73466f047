"""Files that matter to what is said: libraries, headers, modules and settings, watched until they change.

The client is asked to watch them, or, where it cannot, they are looked at every second. Files that are missing where
they were looked for are watched too. What has changed is told once it no longer changes: a linker has then finished.
"""

from __future__ import annotations

import asyncio
import glob
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types

from ffi_lsp.config import FILES
from ffi_lsp.server.tasks import Tasks

if TYPE_CHECKING:
    from ffi_lsp.server.app import Server

_SCRIPT_SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_SOURCE_SUFFIXES = (*_SCRIPT_SUFFIXES, ".html", ".htm", ".vue", ".svelte", ".astro")
_PATTERNS = (
    f"**/*{{{','.join(_SOURCE_SUFFIXES)}}}",
    f"**/{{{','.join(FILES)}}}",
)
"""What is watched in every open folder: files that may hold bindings, or values for them, and settings."""
_QUIET = 0.05
"""Seconds: a file that has not changed for so long is written."""
_MOST_PATIENCE = 40
"""How many times as long a file may go on changing before it is read nevertheless."""
_POLL = 1.0
"""Seconds between two looks at files that the client cannot watch."""

_UNSEEN = 4.0
"""Seconds that may lie between reading a file and watching it, with time for a clock that counts in seconds."""

_Stamp = tuple[int, int, int]


class FileWatch:
    """Keeps one registration with the client, for the files that matter now, or looks at them itself.

    Parameters
    ----------
    server: knows the client and which files matter.
    on_change: called with paths that have changed, once they are quiet.
    """

    def __init__(self, server: Server, on_change: Callable[[frozenset[Path]], object]) -> None:
        self._server, self._on_change = server, on_change
        self._files: frozenset[Path] = frozenset()
        self._folders: tuple[Path, ...] = ()
        self._registration: str | None = None
        self._changing: set[Path] = set()
        self._tasks = Tasks("watching files")
        self._is_polling = False
        self.is_settling = False
        """Whether files have changed of which nobody has been told yet."""

    def update(self) -> None:
        """Watch the files that matter now, and no others."""
        client, folders = self._server.client, tuple(self._server.folders())
        files = self._server.files_that_matter()
        if client.watches_files:
            files = frozenset(path for path in files if not _is_covered(path, folders))
        if (files, folders) == (self._files, self._folders):
            return
        new, self._files, self._folders = files - self._files, files, folders
        self._tasks.begin(self._catch_up(new))
        if client.watches_files:
            self._register()
        elif not self._is_polling:
            self._is_polling = True
            self._tasks.begin(self._poll())

    def note(self, paths: Iterable[Path]) -> None:
        """Some files have changed."""
        self._changing.update(paths)
        if self._changing and not self.is_settling:
            self.is_settling = True
            self._tasks.begin(self._settle())

    def close(self) -> None:
        """Look at nothing more."""
        self._tasks.close()

    def _register(self) -> None:
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        if self._registration is not None:
            old = types.Unregistration(self._registration, method)
            self._server.client_unregister_capability(types.UnregistrationParams([old]))
            self._registration = None
        watchers = [self._watcher(path) for path in sorted(self._files)]
        if self._server.client.relative_patterns:
            inside = [types.RelativePattern(each.as_uri(), pattern) for each in self._folders for pattern in _PATTERNS]
            watchers += [types.FileSystemWatcher(pattern) for pattern in inside]
        elif self._folders:
            watchers += [types.FileSystemWatcher(pattern) for pattern in _PATTERNS]
        if watchers:
            self._registration = str(uuid.uuid4())
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            new = types.Registration(self._registration, method, options)
            self._server.client_register_capability(types.RegistrationParams([new]))

    def _watcher(self, path: Path) -> types.FileSystemWatcher:
        if self._server.client.relative_patterns:
            return types.FileSystemWatcher(types.RelativePattern(path.parent.as_uri(), glob.escape(path.name)))
        return types.FileSystemWatcher(glob.escape(str(path)))

    async def _settle(self) -> None:
        before: Mapping[Path, _Stamp | None] = {}
        for _ in range(_MOST_PATIENCE):
            now = await asyncio.to_thread(_stamps, frozenset(self._changing))
            if now == before:
                break
            before = now
            await asyncio.sleep(_QUIET)
        changed, self._changing = frozenset(self._changing), set()
        self.is_settling = False
        self._on_change(changed)

    async def _catch_up(self, files: frozenset[Path]) -> None:
        """See what changed after it was read, and before anybody watched it."""
        await asyncio.sleep(_POLL)
        newest = time.time_ns() - int(_UNSEEN * 1e9)
        stamps = await asyncio.to_thread(_stamps, files)
        self.note(path for path, stamp in stamps.items() if stamp is not None and stamp[1] >= newest)

    async def _poll(self) -> None:
        known = await asyncio.to_thread(_stamps, self._files)
        while True:
            await asyncio.sleep(_POLL)
            now = await asyncio.to_thread(_stamps, self._files)
            self.note(path for path in now.keys() & known.keys() if now[path] != known[path])
            known = now


def _is_covered(path: Path, folders: Iterable[Path]) -> bool:
    """Whether the patterns for whole folders see a file."""
    is_of_a_kind = path.suffix in _SOURCE_SUFFIXES or path.name in FILES
    return is_of_a_kind and any(path.is_relative_to(folder) for folder in folders)


def _stamps(files: Iterable[Path]) -> dict[Path, _Stamp | None]:
    """What tells one state of each file from another; None for those that are missing."""
    found: dict[Path, _Stamp | None] = {}
    for path in files:
        found[path] = None
        with suppress(OSError, ValueError):
            status = path.stat()
            found[path] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return found
