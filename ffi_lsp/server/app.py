"""The language server: open texts, what follows from their changes, and the features that answer about them."""

from __future__ import annotations

import asyncio
import gc
import logging
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter
from pygls.uris import to_fs_path

from ffi_core import __version__
from ffi_lsp.server.client import Client
from ffi_lsp.server.commands import register
from ffi_lsp.server.documents import Document, Documents
from ffi_lsp.server.features import FEATURES
from ffi_lsp.server.positions import Positions
from ffi_lsp.server.protocol import Protocol
from ffi_lsp.server.watching import LibraryWatch

if TYPE_CHECKING:
    from ffi_lsp.server.question import Question
    from ffi_lsp.text import Encoding
    from ffi_lsp.workspace import Workspace

_LIBRARY_DELAY = 1.2
"""Seconds from a change on disk to the new judgement: a linker has finished, and the workspace looks again."""
_log = logging.getLogger(__name__)


class Server(LanguageServer):
    """One server for one client."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__("ffi-lsp", __version__, protocol_cls=Protocol, converter_factory=default_converter)
        self.client = Client()
        self.encoding: Encoding = "utf-16"
        self.documents = Documents()
        self.runs = register(self)
        self.watch = LibraryWatch(self)
        self._files_timer: asyncio.TimerHandle | None = None
        # `partial`, because pygls writes attributes on what it registers, and a bound method takes none.
        self.feature(types.INITIALIZE)(partial(self._initialize))
        self.feature(types.INITIALIZED)(partial(self._initialized))
        self.feature(types.TEXT_DOCUMENT_DID_SAVE)(partial(self._did_save))
        self.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(partial(self._did_change_files))

    def _initialize(self, params: types.InitializeParams) -> None:
        self.client = Client.of(params.capabilities)
        agreed = self.workspace.position_encoding
        self.encoding = "utf-8" if agreed == "utf-8" else "utf-32" if agreed == "utf-32" else "utf-16"
        folder = params.workspace_folders[0].uri if params.workspace_folders else params.root_uri
        root = to_fs_path(folder) if folder else params.root_path
        if root:
            self.documents.root = Path(root)
        for row in FEATURES:
            if row.when(self.client):
                row.register(self)

    def _initialized(self, _: types.InitializedParams) -> None:
        """Load what answers need, while the client still opens its first text."""
        import ffi_lsp.server.answers  # noqa: F401

        gc.freeze()

    @cached_property
    def facts(self) -> Workspace:
        """What is known about texts and libraries."""
        from ffi_lsp.workspace import Workspace

        return Workspace()

    def question(self, params: Any) -> Question | None:
        """All that an answer about a text depends on; None where the text is not open."""
        from ffi_lsp.server.question import Question

        document = self.documents.get(params.text_document.uri)
        if document is None:
            return None
        snapshot = document.snapshot(self.facts)
        positions = Positions(document.text, self.encoding)
        return Question(params, document, snapshot, positions, self.client, self.facts, document.measured)

    # --- the texts -----------------------------------------------------------------------------------------------

    def did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Take a text over and judge it."""
        self._judge_soon(self.documents.open(params.text_document))

    def did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Apply the client's edits and judge the text anew."""
        document = self.documents.get(params.text_document.uri)
        if document is None:
            _log.warning("a change of %s, which is not open", params.text_document.uri)
            return
        document.edit(params.content_changes, self.encoding)
        document.version = params.text_document.version
        self._judge_soon(document)

    def did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """Give a text back; what was said of it is taken back too."""
        document = self.documents.close(params.text_document.uri)
        if document is None:
            return
        self.facts.forget(document.path)
        if not self.client.pulls_diagnostics:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(document.uri, []))

    def _did_save(self, params: types.DidSaveTextDocumentParams) -> None:
        document = self.documents.get(params.text_document.uri)
        if document is not None:
            document.forget()
            self._judge_soon(document)

    def _did_change_files(self, _: types.DidChangeWatchedFilesParams) -> None:
        if self._files_timer is None:
            self._files_timer = asyncio.get_running_loop().call_later(_LIBRARY_DELAY, self._judge_all)

    def _judge_all(self) -> None:
        """Judge every text by the libraries as they are now."""
        self._files_timer = None
        for document in self.documents:
            document.forget()
            self._judge(document, document.text)
        if self.client.pulls_diagnostics and self.client.refreshes_diagnostics:
            self.workspace_diagnostic_refresh(None)
        self.measured_anew()

    def _judge_soon(self, document: Document) -> None:
        """Judge a text once the messages that wait already have been handled: of ten quick edits, the last."""
        asyncio.get_running_loop().call_soon(self._judge, document, document.text)

    def _judge(self, document: Document, text: object) -> None:
        if self.documents.get(document.uri) is not document or document.text is not text:
            return
        from ffi_lsp.server import messages

        snapshot = document.snapshot(self.facts)
        if not self.client.pulls_diagnostics:
            positions = Positions(document.text, self.encoding)
            found = [messages.diagnostic(each, positions) for each in snapshot.diagnostics]
            number = document.version if self.client.diagnostic_versions else None
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(document.uri, found, number))
        self.watch.update(facts for each in self.documents for facts in each.snapshot(self.facts).facts)

    def measured_anew(self) -> None:
        """Let the client ask for lenses and hints again: a run has ended, or a library has changed."""
        if self.client.refreshes_lenses:
            self.workspace_code_lens_refresh(None)
        if self.client.refreshes_hints:
            self.workspace_inlay_hint_refresh(None)

    # --- ends and errors -----------------------------------------------------------------------------------------

    def shut_down(self) -> None:
        """Give up what runs beside the loop."""
        self.runs.close()

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log an error of ours; a person at the editor can do nothing about it, so no box pops up."""
        _log.error("%s: %s", getattr(source, "__name__", source), error, exc_info=error)
