"""The files of the workspace that nobody has open: found and judged in the background, and kept true to the disk.

A thread finds and reads them; those that may open a native library are judged on the server's loop, one at a time and
with as much rest as work between them, so that whoever types does not notice.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ffi_lsp.server.bell import Bell
from ffi_lsp.server.positions import Positions
from ffi_lsp.server.tasks import Tasks

if TYPE_CHECKING:
    from ffi_lsp.config import Settings
    from ffi_lsp.server.app import Server

FindFiles = Callable[[Path, "Settings"], Iterable[Path]]
"""Gives the files below a folder that may hold bindings, by the editor's settings for it."""
_MOST_FILES = 50_000
_MOST_INPUTS = 2_000
_BATCH = 64
_UNKNOWN_FILES_DELAY = 1.0
"""Seconds of quiet after files have appeared, until the workspace is looked through again."""
_MOST_SEARCHES = 2
_REST = 0.02


@dataclass(frozen=True, slots=True)
class Indexed:
    """One file that opens a native library.

    Parameters
    ----------
    path: the file.
    diagnostics: what is said about it.
    state: a name for the diagnostics, other where they are others.
    symbols: the libraries that it opens and what it declares.
    inputs: the files that all this depends on.
    libraries: those that it opens with the standing of each declaration, as `ffi_lsp.server.libraries` describes them.
    """

    path: Path
    diagnostics: list[types.Diagnostic]
    state: str
    symbols: tuple[types.SymbolInformation, ...]
    inputs: frozenset[Path]
    libraries: tuple[dict[str, Any], ...] = ()


class Index:
    """What is known of the workspace's files.

    Parameters
    ----------
    server: judges them.
    find: finds them; None where nobody looks.
    """

    def __init__(self, server: Server, find: FindFiles | None) -> None:
        self._server, self._find = server, find
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ffi-index")
        self._known: set[Path] = set()
        self._entries: dict[Path, Indexed] = {}
        self._inputs: frozenset[Path] | None = None
        self._waiting: dict[Path, None] = {}
        self._tasks = Tasks("looking through the workspace")
        self._task: asyncio.Task[None] | None = None
        self._again: asyncio.TimerHandle | None = None
        self._moved = Bell()
        self._complete = False

    @property
    def files(self) -> int:
        """How many files were looked at."""
        return len(self._known)

    @property
    def bindings(self) -> int:
        """How many of them open a native library."""
        return len(self._entries)

    @property
    def is_under_way(self) -> bool:
        """Whether files are being looked for or judged."""
        return self._task is not None

    def entries(self) -> Iterator[Indexed]:
        """The files that are known so far and not open in the editor, by their paths."""
        open_now = {document.path for document in self._server.documents}
        return (self._entries[path] for path in sorted(self._entries) if path not in open_now)

    def inputs(self) -> frozenset[Path]:
        """The files that the findings depend on, besides the files themselves."""
        if self._inputs is None:
            self._inputs = frozenset(
                islice({path for entry in self._entries.values() for path in entry.inputs}, _MOST_INPUTS)
            )
        return self._inputs

    async def moved(self) -> None:
        """Wait until more is known, or the work is done."""
        if self.is_under_way:
            await self._moved.wait()

    def start(self) -> None:
        """Look through the workspace, from the beginning."""
        if self._find is None or not self._server.folders():
            return
        self._cancel()
        self._task = self._tasks.begin(self._look_through())
        self._task.add_done_callback(self._ended)

    def look_at(self, paths: Iterable[Path]) -> None:
        """Judge again what has changed on disk, and what depends on it."""
        if self._find is None:
            return
        changed = set(paths)
        stale = [entry.path for entry in self._entries.values() if not entry.inputs.isdisjoint(changed)]
        self._look_soon([*stale, *(changed & self._known)])
        if self._complete and any(self._may_be_new(path) for path in changed - self._known):
            if self._again is not None:
                self._again.cancel()
            self._again = asyncio.get_running_loop().call_later(_UNKNOWN_FILES_DELAY, self.start)

    def library_changed(self, library: Path) -> None:
        """Judge the files again that open a library of which more is known."""
        self._look_soon(entry.path for entry in self._entries.values() if library in entry.inputs)

    def close(self) -> None:
        """Look at nothing more."""
        self._cancel()
        self._reader.shutdown(wait=False, cancel_futures=True)

    def _cancel(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None
        if self._task is not None:
            self._task.remove_done_callback(self._ended)
            self._task.cancel()
            self._task = None

    def _may_be_new(self, path: Path) -> bool:
        from ffi_core.source import SUFFIXES

        is_ours = any(path.is_relative_to(folder) for folder in self._server.folders())
        return is_ours and path.suffix.lower() in SUFFIXES and "node_modules" not in path.parts and path.is_file()

    def _look_soon(self, paths: Iterable[Path]) -> None:
        self._waiting.update(dict.fromkeys(paths))
        if self._waiting and self._task is None:
            self._task = self._tasks.begin(self._judge_waiting())
            self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if self._task is task:
            self._task = None
        self._tell()
        if self._waiting and not task.cancelled():
            self._look_soon(())

    def _tell(self) -> None:
        self._inputs = None
        self._moved.ring()
        self._server.look_around_soon()

    async def _look_through(self) -> None:
        loop, found = asyncio.get_running_loop(), set[Path]()
        files = self._files()
        while batch := await loop.run_in_executor(self._reader, _next_batch, files):
            found.update(path for path, _ in batch)
            self._known |= found
            for path, data in batch:
                await self._judge(path, data)
            self._tell()
        self._known = found
        for path in self._entries.keys() - found:
            del self._entries[path]
        self._complete = True
        await self._judge_waiting()

    async def _judge_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        before = {path: entry.state for path, entry in self._entries.items()}
        while self._waiting:
            path = next(iter(self._waiting))
            del self._waiting[path]
            await self._judge(path, await loop.run_in_executor(self._reader, _bindings_in, path))
        if {path: entry.state for path, entry in self._entries.items()} != before:
            self._server.refresh_soon()

    def _files(self) -> Iterator[Path]:
        find = self._find
        assert find is not None
        places = [(folder, self._server.configuration.base_for(folder)) for folder in self._server.folders()]
        return islice(_each_once(path for place in places for path in find(*place)), _MOST_FILES)

    async def _judge(self, path: Path, data: bytes | None) -> None:
        if data is None:
            self._entries.pop(path, None)
            return
        # Open texts come first: they should not find many searches for prototypes before theirs.
        while self._server.searches > _MOST_SEARCHES:
            await asyncio.sleep(_REST)
        await self._server.judge.read(path, data)
        started = time.perf_counter()
        self._entries[path] = self._indexed(path, data)
        await asyncio.sleep(time.perf_counter() - started)

    def _indexed(self, path: Path, data: bytes) -> Indexed:
        from ffi_lsp.ide.outline import outline
        from ffi_lsp.server import diagnosing, symbols
        from ffi_lsp.server.judging import inputs
        from ffi_lsp.server.libraries import describe

        server = self._server
        snapshot = server.facts.snapshot(path, data)
        if all(document.path != path for document in server.documents):
            server.facts.forget(path)
        positions = Positions(snapshot.text, server.encoding)
        found = diagnosing.diagnostics(snapshot, positions, server.client)
        declared = [flat for each in outline(snapshot) for flat in symbols.flat(each, path.as_uri(), positions)]
        opened = describe(snapshot, path.as_uri(), positions)
        return Indexed(path, found, diagnosing.state_of(found), tuple(declared), inputs(snapshot), tuple(opened))


def _each_once(paths: Iterable[Path]) -> Iterator[Path]:
    """Folders may be open inside of one another."""
    seen = set()
    for path in paths:
        if path not in seen:
            seen.add(path)
            yield path


def _next_batch(files: Iterator[Path]) -> list[tuple[Path, bytes | None]]:
    return [(path, _bindings_in(path)) for path in islice(files, _BATCH)]


def _bindings_in(path: Path) -> bytes | None:
    """The text of a file that may open a native library; None for any other, and for one that cannot be read."""
    from ffi_core.dialects import mentions_bindings
    from ffi_lsp.workspace import LARGEST_TEXT

    try:
        if path.stat().st_size > LARGEST_TEXT:
            return None
        data = path.read_bytes()
    except OSError:
        return None
    return data if mentions_bindings(data) else None
