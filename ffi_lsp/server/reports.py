"""Reports as files in the folder of state, and how they come before a person's eyes."""

from __future__ import annotations

import logging
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from ffi_lsp.server.state import short_name, state_folder, write_text

if TYPE_CHECKING:
    from ffi_lsp.server.app import Server

TEXTS_KEPT = 300
"""The most texts whose reports are kept; those that were not written for longest go first."""

_log = logging.getLogger(__name__)


class Reports:
    """The last report on each function and each file.

    Parameters
    ----------
    server: talks to the client.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._folder = state_folder() / "reports"

    def write(self, uri: str, subject: str | None, text: str, picture: str | None = None) -> Path | None:
        """Keep a report in place of the one before it; None where it cannot be written.

        Parameters
        ----------
        uri: the text that it is about.
        subject: the function, or None for the whole file.
        text: Markdown.
        picture: an SVG beside it, which the text may name as ``chart.svg``.
        """
        file = self._file(uri, subject)
        if picture is not None:
            write_text(file.with_name("chart.svg"), picture)
        if not write_text(file, text):
            return None
        self._prune()
        return file

    def last(self, uri: str, subject: str | None) -> Path | None:
        """The last report on a function, or with None on anything in the text."""
        if subject is not None:
            file = self._file(uri, subject)
            return file if file.is_file() else None
        found = list(self._of(uri).glob("*.md"))
        return max(found, key=_modified, default=None)

    async def show(self, file: Path) -> bool:
        """Let the client open a report; whether it did."""
        if not self._server.client.shows_documents:
            return False
        parameters = types.ShowDocumentParams(file.as_uri(), external=False, take_focus=True)
        try:
            return (await self._server.window_show_document_async(parameters)).success
        except JsonRpcException as error:
            _log.warning("the client did not show a report: %s", error)
            return False

    def _of(self, uri: str) -> Path:
        return self._folder / short_name(uri)

    def _file(self, uri: str, subject: str | None) -> Path:
        if subject is None:
            return self._of(uri) / "file.md"
        plain = re.sub(r"\W", "_", subject)[:60]
        return self._of(uri) / f"{plain}-{short_name(subject)[:6]}.md"

    def _prune(self) -> None:
        with suppress(OSError):
            folders = sorted(self._folder.iterdir(), key=_modified)
            for folder in folders[:-TEXTS_KEPT]:
                shutil.rmtree(folder, ignore_errors=True)


def _modified(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
