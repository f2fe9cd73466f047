"""The language server: open texts, what follows from their changes, and the features that answer about them."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from ffi_core import __version__
from ffi_lsp.server import libraries, parent
from ffi_lsp.server.bell import Bell
from ffi_lsp.server.client import Client
from ffi_lsp.server.commands import register
from ffi_lsp.server.converter import converter
from ffi_lsp.server.documents import Document, Documents
from ffi_lsp.server.features import ACROSS, FEATURES, RESOLVES
from ffi_lsp.server.index import Index
from ffi_lsp.server.judging import Judge, inputs, reads
from ffi_lsp.server.open_header import open_header
from ffi_lsp.server.positions import Positions
from ffi_lsp.server.protocol import Protocol
from ffi_lsp.server.settings import SettingsOfClient
from ffi_lsp.server.status import StatusLine
from ffi_lsp.server.tasks import Tasks
from ffi_lsp.server.warming import warm_up
from ffi_lsp.server.watching import FileWatch
from ffi_lsp.server.words import OPEN_HEADER, REINDEX

if TYPE_CHECKING:
    from ffi_lsp.config import Settings
    from ffi_lsp.lookup import SymbolLookup
    from ffi_lsp.prototypes import BackgroundPrototypes
    from ffi_lsp.server.index import FindFiles
    from ffi_lsp.server.question import Question
    from ffi_lsp.text import Encoding
    from ffi_lsp.workspace import Workspace

_REFRESH_DELAY = 0.05
"""Seconds in which several reasons to ask the client to ask again become one."""
_LOOK_DELAY = 0.2
"""Seconds after a judgement, in which others may follow, until it is seen what there is to watch now."""
_log = logging.getLogger(__name__)


class Server(LanguageServer):
    """One server for one client.

    Parameters
    ----------
    find_files: gives the files below folders that may hold bindings; what may be excluded is known by the settings of
        each file. Without it the workspace is not looked through.
    """

    protocol: Protocol

    def __init__(self, find_files: FindFiles | None = None) -> None:
        super().__init__("ffi-lsp", __version__, protocol_cls=Protocol, converter_factory=converter)
        self.client = Client()
        self.encoding: Encoding = "utf-16"
        self.documents = Documents()
        self.configuration = SettingsOfClient(self)
        self.judge = Judge(self)
        self.index = Index(self, find_files)
        self.status = StatusLine(self)
        self.runs = register(self)
        self.watch = FileWatch(self, self._files_changed)
        self.news = Bell()
        """Rings when other diagnostics may be found than before, in the open texts or elsewhere."""
        self._prototypes: BackgroundPrototypes | None = None
        self._tasks = Tasks("getting ready")
        self._no_more_headers = threading.Event()
        self._refreshing: asyncio.TimerHandle | None = None
        self._looking: asyncio.TimerHandle | None = None
        # `partial`, because pygls writes attributes on what it registers, and a bound method takes none.
        self.feature(types.INITIALIZE)(partial(self._initialize))
        self.feature(types.INITIALIZED)(partial(self._initialized))
        self.feature(types.TEXT_DOCUMENT_DID_SAVE)(partial(self._did_save))
        self.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(partial(self._did_change_files))
        self.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)(partial(self.configuration.did_change))
        self.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)(partial(self._did_change_folders))
        self.command(REINDEX)(partial(self._reindex))
        self.command(OPEN_HEADER)(partial(open_header, self))
        libraries.register(self)

    def _initialize(self, params: types.InitializeParams) -> None:
        self.client = Client.of(params.capabilities, params.client_info.name if params.client_info else "")
        agreed = self.workspace.position_encoding
        self.encoding = "utf-8" if agreed == "utf-8" else "utf-32" if agreed == "utf-32" else "utf-16"
        folder = params.workspace_folders[0].uri if params.workspace_folders else params.root_uri
        root = to_fs_path(folder) if folder else params.root_path
        if root:
            self.documents.root = Path(root)
        if params.trace is not None:
            self.protocol.trace = params.trace
        if params.process_id is not None:
            parent.watch(params.process_id, self.protocol.end)
        self.configuration.begin(params.initialization_options)
        for row in FEATURES:
            if row.when(self.client):
                row.register(self)
        for rest in RESOLVES:
            rest.register(self)
        for wide in ACROSS:
            if wide.when(self.client):
                wide.register(self)

    def _initialized(self, _: types.InitializedParams) -> None:
        """Load what answers need, while the client still opens its first text."""
        import ffi_lsp.server.answers  # noqa: F401

        gc.freeze()
        self.configuration.pull()
        self.index.start()
        self._look_around()
        self._tasks.begin(warm_up(self.protocol, lambda: self.judge.is_busy))

    # --- what is known -------------------------------------------------------------------------------------------

    @cached_property
    def facts(self) -> Workspace:
        """What is known about texts and libraries."""
        from ffi_lsp.prototypes import BackgroundPrototypes, HeaderPrototypes
        from ffi_lsp.workspace import Workspace

        loop = asyncio.get_running_loop()

        def on_done(library: Path, changed: bool) -> None:
            with suppress(RuntimeError):  # the loop has ended, and nobody waits
                loop.call_soon_threadsafe(self._prototypes_found, library, changed)

        self._prototypes = BackgroundPrototypes(HeaderPrototypes(self._no_more_headers), on_done)
        return Workspace(
            prototypes=self._prototypes,
            follow_imports=True,
            settings=self.settings_for,
            unsaved=self.documents.unsaved,
        )

    @cached_property
    def lookup(self) -> SymbolLookup:
        """What C says of symbols that no declaration names yet."""
        from ffi_lsp.lookup import SymbolLookup

        return SymbolLookup()

    @property
    def searches(self) -> int:
        """How many searches for C prototypes are under way or wait."""
        return 0 if self._prototypes is None else self._prototypes.searches

    def settings_for(self, path: Path) -> Settings:
        """The settings that hold for a file."""
        return self.configuration.settings_for(path)

    def folders(self) -> list[Path]:
        """The folders that are open."""
        uris = [folder.uri for folder in self.workspace.folders.values()] or [self.workspace.root_uri]
        return [Path(name) for uri in uris if uri and (name := to_fs_path(uri))]

    def question(self, params: Any) -> Question | None:
        """All that an answer about a text depends on; None where the text is not open."""
        from ffi_lsp.server.question import Question

        document = self.documents.get(params.text_document.uri)
        if document is None:
            return None
        snapshot = document.snapshot(self.facts)
        positions = Positions(document.text, self.encoding)
        known = (document.measured, self.lookup, self._prototypes)
        return Question(params, document, snapshot, positions, self.client, self.facts, *known)

    # --- the texts -----------------------------------------------------------------------------------------------

    def did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Take a text over and judge it."""
        document = self.documents.open(params.text_document)
        self.configuration.show_problem_of(document.path)
        self.judge.soon(document)
        self._module_changed(document)

    def did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Apply the client's edits and judge the text anew."""
        document = self.documents.get(params.text_document.uri)
        if document is None:
            _log.warning("a change of %s, which is not open", params.text_document.uri)
            return
        document.edit(params.content_changes, self.encoding)
        document.version = params.text_document.version
        self.judge.soon(document)
        self._module_changed(document)

    def did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Give a text back; what was said of it is taken back too."""
        document = self.documents.close(params.text_document.uri)
        if document is None:
            return
        self.facts.forget(document.path)
        self.judge.closed(document)
        self._module_changed(document)
        self.index.look_at([document.path])
        self.look_around_soon()

    def _did_save(self, params: types.DidSaveTextDocumentParams) -> None:
        document = self.documents.get(params.text_document.uri)
        if document is not None:
            self.watch.note([document.path])
            document.forget()
            self.judge.soon(document)

    def _module_changed(self, document: Document) -> None:
        """Judge those again who import from a text that was edited."""
        self.judge.again(self.judge.affected(lambda snapshot: document.path in snapshot.modules))

    # --- what lies around the texts ------------------------------------------------------------------------------

    def files_that_matter(self) -> frozenset[Path]:
        """The files that diagnostics depend on: libraries, headers, modules, settings of open texts."""
        found = set(self.index.inputs())
        for document in self.documents:
            found.update(self.configuration.places(document.path))
            if document.judged is not None:
                found.update(inputs(document.judged))
        return frozenset(found)

    def look_around_soon(self) -> None:
        """See to what is watched and what the status says; not now, for somebody may be typing."""
        if self._looking is None:
            self._looking = asyncio.get_running_loop().call_later(_LOOK_DELAY, self._look_around)

    def _look_around(self) -> None:
        self._looking = None
        self.watch.update()
        self.status.update()
        self.news.ring()

    def _did_change_files(self, params: types.DidChangeWatchedFilesParams) -> None:
        names = (to_fs_path(change.uri) for change in params.changes)
        self.watch.note(Path(name) for name in names if name)

    def _files_changed(self, files: frozenset[Path]) -> None:
        """Judge what depends on files that have changed on disk."""
        if self.configuration.is_about(files):
            self.settings_changed()
        self.facts.look_again()
        if "lookup" in self.__dict__:
            self.lookup.refresh()
        changed = self.judge.affected(lambda snapshot: reads(snapshot, files))
        if self._prototypes is not None and (changed or not self.index.inputs().isdisjoint(files)):
            self._prototypes.refresh()
        self.judge.again(changed)
        self.index.look_at(files)

    def settings_changed(self) -> None:
        """Judge those texts again for which other settings hold now."""
        self.configuration.forget_files()
        self.configuration.show_problems(document.path for document in self.documents)
        self.judge.again(self.judge.affected(lambda snapshot: snapshot.settings != self.settings_for(snapshot.path)))
        self.look_around_soon()
        self.index.start()

    def _did_change_folders(self, _: types.DidChangeWorkspaceFoldersParams) -> None:
        self.configuration.folders_changed()
        self.settings_changed()

    def _prototypes_found(self, library: Path, changed: bool) -> None:
        """Judge those texts again whose library more is known of."""
        if changed:

            def uses(entry: Any) -> bool:
                return any(
                    library == each.path
                    for facts in entry.facts
                    for each in (*((facts.library,) if facts.library else ()), *facts.needed)
                )

            self.judge.again(self.judge.affected(uses))
            self.index.library_changed(library)
        self.status.update()

    def _reindex(self, _: types.ExecuteCommandParams) -> None:
        """Read everything anew: settings, libraries, headers, the files of the workspace."""
        self.configuration.forget_files()
        self.configuration.show_problems(document.path for document in self.documents)
        self.facts.look_again()
        if self._prototypes is not None:
            self._prototypes.refresh()
        self.judge.again(self.documents)
        self.index.start()

    def refresh_soon(self) -> None:
        """Let the client ask again for what it pulls."""
        if self._refreshing is None:
            self._refreshing = asyncio.get_running_loop().call_later(_REFRESH_DELAY, self._refresh)

    def _refresh(self) -> None:
        self._refreshing = None
        self.news.ring()
        if self.client.pulls_diagnostics:
            self.workspace_diagnostic_refresh(None)
        self.measured_anew()

    def measured_anew(self) -> None:
        """Let the client ask for lenses and hints again: a run has ended, or a library has changed."""
        if self.client.refreshes_lenses:
            self.workspace_code_lens_refresh(None)
        if self.client.refreshes_hints:
            self.workspace_inlay_hint_refresh(None)

    # --- ends and errors -----------------------------------------------------------------------------------------

    def shut_down(self) -> None:
        """Give up what runs beside the loop."""
        for timer in (self._refreshing, self._looking):
            if timer is not None:
                timer.cancel()
        self._tasks.close()
        self.runs.close()
        if "lookup" in self.__dict__:
            self.lookup.close()
        self.index.close()
        self.judge.close()
        self.watch.close()
        self.status.close()
        self._no_more_headers.set()
        if self._prototypes is not None:
            self._prototypes.close()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log an error of ours; a person at the editor can do nothing about it, so no box pops up."""
        if isinstance(error, JsonRpcException) and not isinstance(error, JsonRpcInternalError):
            _log.info("refused: %s", error)  # the client has been told why
        else:
            _log.error("%s: %s", getattr(source, "__name__", source), error, exc_info=error)
