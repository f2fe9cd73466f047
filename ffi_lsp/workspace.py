"""Text to snapshot: the calls in a file, facts about their libraries, diagnostics. The checker's I/O is started here.

Libraries are read as files, never loaded. What was read is kept until it changes on disk.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePath

from ffi_core.dialects import dialects_in, mentions_bindings, read_tree
from ffi_core.model import DlopenCall
from ffi_core.source import Memory, SourceTree, parse
from ffi_lsp import suppress
from ffi_lsp.c_names import CNames
from ffi_lsp.compilers import Compilers
from ffi_lsp.config import Settings
from ffi_lsp.diagnostic import Diagnostic
from ffi_lsp.imports import ModuleFiles
from ffi_lsp.libraries import Libraries, Reading
from ffi_lsp.prototypes import Comparisons, Mentioned, PrototypeSource, mentioned_in
from ffi_lsp.rules import LibraryFacts, run
from ffi_lsp.selection import Selection, select
from ffi_lsp.text import SourceText

LARGEST_TEXT = 4 << 20
"""Bytes. Nobody writes a longer source, and the tree of one would take more than a hundred times its size."""
_DEFAULTS = Settings()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is known about one text of one file.

    Parameters
    ----------
    path: the file; relative library paths are looked up beside it.
    text: the text.
    version: the editor's number for it, or None.
    calls: the calls that open a library, in order.
    facts: what is known about the library of each call.
    diagnostics: what the rules say, as far as the settings ask for it, in the order of the text.
    too_large: whether the text may hold bindings, but is longer than `LARGEST_TEXT`, so that nobody looked.
    settings: those by which it was judged.
    modules: the files that its imports lead to, and those that are missing where they could have been.
    mentioned: the headers that the text names.
    """

    path: Path
    text: SourceText
    version: int | None
    calls: tuple[DlopenCall, ...]
    facts: tuple[LibraryFacts, ...]
    diagnostics: tuple[Diagnostic, ...]
    too_large: bool = False
    settings: Settings = _DEFAULTS
    modules: frozenset[Path] = frozenset()
    mentioned: Mentioned = Mentioned()  # noqa: RUF009  (frozen)


@dataclass(frozen=True, slots=True)
class _Read:
    """A text as far as it can be understood without its libraries."""

    path: Path
    data: bytes
    tree: SourceTree
    calls: tuple[DlopenCall, ...]
    modules: frozenset[Path]


class Workspace:
    """Makes snapshots, and remembers trees and libraries from one to the next. For use by one thread.

    Parameters
    ----------
    clock: seconds; decides when a library's file is looked at again.
    prototypes: who knows what C says of a library's symbols; without it declarations are not compared with C.
    follow_imports: whether values that other files export are read from there; they are judged where they are used.
    settings: gives the settings that hold for a file.
    unsaved: gives the text of a file that somebody is editing, for those that import it; None for others.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        prototypes: PrototypeSource | None = None,
        follow_imports: bool = False,
        settings: Callable[[Path], Settings] = lambda _: _DEFAULTS,
        unsaved: Callable[[Path], bytes | None] = lambda _: None,
    ) -> None:
        self._modules = ModuleFiles(unsaved, clock) if follow_imports else None
        names = CNames()
        self._libraries = Libraries(clock, names)
        self._compilers = Compilers(clock)
        self._comparisons = Comparisons(prototypes, names)
        self._settings = settings
        self._trees: dict[Path, SourceTree] = {}
        self._memories: dict[Path, Memory] = {}
        self._last_read: _Read | None = None

    def snapshot(self, path: Path, data: bytes, version: int | None = None) -> Snapshot:
        """Read and judge one text.

        Parameters
        ----------
        path: the file that the text belongs to; it need not exist.
        data: the text in UTF-8, saved or not.
        version: the editor's number for it.
        """
        text, settings = SourceText(data), self._settings(path)
        if len(data) > LARGEST_TEXT:
            too_large = mentions_bindings(data)
            return Snapshot(path, text, version, (), (), (), too_large=too_large, settings=settings)
        read, self._last_read = self._read(path, data), None
        if read is None:
            return Snapshot(path, text, version, (), (), (), settings=settings)
        mentioned = mentioned_in(data, path.parent, settings.headers)
        facts = tuple(self._facts(call, path.parent, settings, mentioned) for call in read.calls)
        found = dict.fromkeys(
            diagnostic for call, fact in zip(read.calls, facts, strict=True) for diagnostic in run(call, fact)
        )
        diagnostics = _selection(settings).of(suppress.apply(read.tree, text, found))
        return Snapshot(path, text, version, read.calls, facts, diagnostics, False, settings, read.modules, mentioned)

    def unread(self, path: Path, data: bytes, *, whole: bool = False) -> Reading | None:
        """What of the libraries has to be read before a snapshot of this text, and takes longer than a keystroke may.

        Parameters
        ----------
        path, data: as for `snapshot`.
        whole: whether every symbol of its libraries will be asked for.

        Returns
        -------
        None where a snapshot can be made at once. Otherwise let another thread call `read` on it, hand it to `accept`,
        and ask for the snapshot then. Whoever does not care just asks for the snapshot.
        """
        read = self._last_read = self._read(path, data) if len(data) <= LARGEST_TEXT else None
        if read is None:
            return None
        paths = self._settings(path).libraries.paths
        return self._libraries.unread(read.calls, path.parent, paths, whole=whole)

    def accept(self, reading: Reading) -> None:
        """Take over what was read beforehand."""
        self._libraries.accept(reading)

    def look_again(self) -> None:
        """Look at all files again: some have changed on disk."""
        self._libraries.look_again()
        if self._modules is not None:
            self._modules.look_again()
        self._last_read = None

    def forget(self, path: Path) -> None:
        """Drop what is remembered about a file that was closed."""
        self._trees.pop(path, None)
        self._memories.pop(path, None)
        self._last_read = None

    def _read(self, path: Path, data: bytes) -> _Read | None:
        """What a text says; None where it holds no bindings."""
        last = self._last_read
        if last is not None and last.path == path and last.data is data:
            return last
        if path not in self._trees and not mentions_bindings(data):
            return None
        memory = self._memories.setdefault(path, Memory())
        tree = self._trees[path] = parse(data, path.suffix, self._trees.get(path))
        if not dialects_in(tree, memory):
            self.forget(path)
            return None
        looked_at: set[Path] = set()

        def open_module(importer: PurePath, specifier: str) -> tuple[PurePath, SourceTree] | None:
            return self._modules.open(importer, specifier, looked_at) if self._modules is not None else None

        calls = read_tree(tree, path, open_module if self._modules is not None else None, memory)
        return _Read(path, data, tree, calls, frozenset(looked_at))

    def _facts(self, call: DlopenCall, folder: Path, settings: Settings, mentioned: Mentioned) -> LibraryFacts:
        facts = self._libraries.facts(call, folder, settings.libraries.paths)
        if call.dialect == "porffor" and (version := self._compilers.without_dlopen(folder)) is not None:
            facts = replace(facts, compiler_without_dlopen=version)
        return self._comparisons.add(call, facts, mentioned) if settings.headers.enabled else facts


@lru_cache(maxsize=64)
def _selection(settings: Settings) -> Selection:
    rules = settings.rules
    return select(rules.select, rules.ignore, rules.min_severity, hints=rules.hints)
