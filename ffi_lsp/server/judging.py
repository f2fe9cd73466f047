"""When a text is judged, and who hears of it: after an edit, when more is known of C, when a file has changed on disk.

The slow part of reading large libraries happens in a thread of its own; judging itself happens on the server's loop.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ffi_lsp.server.positions import Positions
from ffi_lsp.server.tasks import Tasks

if TYPE_CHECKING:
    from ffi_lsp.libraries import Reading
    from ffi_lsp.server.app import Server
    from ffi_lsp.server.documents import Document
    from ffi_lsp.workspace import Snapshot

_MOST_READINGS = 3  # a library that is replaced again and again is judged as it was found last


class Judge:
    """Judges the open texts of a server.

    Parameters
    ----------
    server: knows the texts and talks to the client.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ffi-library")
        self._tasks = Tasks("judging a text")
        self._due: dict[str, None] = {}
        self._published: dict[str, list[types.Diagnostic]] = {}

    @property
    def is_busy(self) -> bool:
        """Whether a text waits to be judged."""
        return bool(self._tasks or self._due)

    def soon(self, document: Document) -> None:
        """Judge a text once the messages that wait already have been handled: of ten quick edits, the last."""
        asyncio.get_running_loop().call_soon(self._judge, document, document.text)

    def again(self, documents: Iterable[Document]) -> None:
        """Judge texts whose surroundings have changed; clients hear of those that come out differently."""
        changed = list(documents)
        for document in changed:
            document.forget()
        if changed and not self._due:
            asyncio.get_running_loop().call_soon(self._judge_due)
        self._due.update(dict.fromkeys(document.uri for document in changed))

    def _judge_due(self) -> None:
        due, self._due = self._due, {}
        for uri in due:
            document = self._server.documents.get(uri)
            if document is not None and not self._server.client.pulls_diagnostics:
                self._judge(document, document.text, only_news=True)
        self._server.refresh_soon()

    def closed(self, document: Document) -> None:
        """Take back what was said of a text."""
        self._published.pop(document.uri, None)
        if not self._server.client.pulls_diagnostics:
            self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(document.uri, []))

    def when_read(self, document: Document, answer: Callable[[], Any], *, whole: bool = False) -> Any:
        """The answer, at once where nothing slow has to be read for a snapshot of the text; else later.

        Parameters
        ----------
        document: the text.
        answer: gives the answer, or something that can be awaited for it; called on the loop.
        whole: whether every symbol of the text's libraries will be asked for.

        Returns
        -------
        The answer, or something that can be awaited for it.
        """
        if self._is_ready(document, whole=whole):
            return answer()

        async def later() -> Any:
            await self.read(document.path, document.text.data, whole=whole)
            given = answer()
            return await given if inspect.isawaitable(given) else given

        return later()

    async def read(self, path: Path, data: bytes, *, whole: bool = False) -> None:
        """Have read, in a thread, what takes long of a text's libraries."""
        loop, facts = asyncio.get_running_loop(), self._server.facts
        for _ in range(_MOST_READINGS):
            reading = facts.unread(path, data, whole=whole)
            if reading is None:
                return
            await loop.run_in_executor(self._reader, reading.read)
            facts.accept(reading)
            if whole:
                await loop.run_in_executor(self._reader, _prepare_proposals, reading)

    def affected(self, concerned: Callable[[Snapshot], bool]) -> list[Document]:
        """The texts whose last snapshot is concerned; a text that has none will be judged anyway."""
        return [each for each in self._server.documents if each.judged is not None and concerned(each.judged)]

    def close(self) -> None:
        """Begin nothing more."""
        self._tasks.close()
        self._reader.shutdown(wait=False, cancel_futures=True)

    def _judge(self, document: Document, text: object, *, only_news: bool = False) -> None:
        if self._server.documents.get(document.uri) is not document or document.text is not text:
            return
        if self._is_ready(document, whole=False):
            self._conclude(document, only_news=only_news)
            return

        async def later() -> None:
            await self.read(document.path, document.text.data)
            if self._server.documents.get(document.uri) is document and document.text is text:
                self._conclude(document, only_news=only_news)

        self._tasks.begin(later())

    def _is_ready(self, document: Document, *, whole: bool) -> bool:
        if document.judged is not None and not whole:
            return True
        return self._server.facts.unread(document.path, document.text.data, whole=whole) is None

    def _conclude(self, document: Document, *, only_news: bool) -> None:
        snapshot = document.snapshot(self._server.facts)
        if not self._server.client.pulls_diagnostics:
            self._publish(document, snapshot, only_news=only_news)
        self._server.look_around_soon()

    def _publish(self, document: Document, snapshot: Snapshot, *, only_news: bool) -> None:
        from ffi_lsp.server.diagnosing import diagnostics

        found = diagnostics(snapshot, Positions(document.text, self._server.encoding), self._server.client)
        if only_news and self._published.get(document.uri) == found:
            return
        self._published[document.uri] = found
        number = document.version if self._server.client.diagnostic_versions else None
        self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(document.uri, found, number))


def _prepare_proposals(reading: Reading) -> None:
    """Have the names of large libraries in order before the first completion asks for them."""
    from ffi_lsp.ide.schema_proposals import callable_symbols

    for library in reading.libraries():
        callable_symbols(library)


def reads(snapshot: Snapshot, files: Iterable[Path]) -> bool:
    """Whether one of the files has a say in a snapshot: as a library, a header or an imported module."""
    return not inputs(snapshot).isdisjoint(files)


def inputs(snapshot: Snapshot) -> frozenset[Path]:
    """Every file that a snapshot was made from besides its text, and those that are missing where it looked."""
    found = set(snapshot.modules)
    found.update(snapshot.mentioned.folder / header for header in snapshot.mentioned.headers)
    for facts in snapshot.facts:
        found.update(Path(each.header) for each in facts.prototypes.values() if each.header.startswith("/"))
        found.update(library.path for library in facts.needed)
        if facts.library is not None:
            found.update({facts.library.path, facts.file or facts.library.path})
        elif facts.location is not None:
            places = (Path(place) for place in facts.location.searched)
            name = Path(facts.location.name).name
            found.update(place for place in places if place.is_absolute() and place.name == name)
    return frozenset(found)
