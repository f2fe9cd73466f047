"""Work under way, shown by the client where it can show it, with a way to call it off."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from lsprotocol import types

if TYPE_CHECKING:
    from ffi_lsp.server.app import Server


class Progress:
    """One piece of work, from now until `end`.

    Parameters
    ----------
    server: talks to the client.
    token: the one that came with the client's request; None to ask the client for one, where it knows such.
    title: what is done.
    on_cancel: called where the person no longer wants it.
    """

    def __init__(
        self, server: Server, token: types.ProgressToken | None, title: str, on_cancel: Callable[[], object]
    ) -> None:
        self._server, self._title, self._on_cancel = server, title, on_cancel
        self._token = token
        self._begun = self._ended = False
        if token is not None:
            self._begin()
        elif server.client.progress:
            self._token = str(uuid.uuid4())
            parameters = types.WorkDoneProgressCreateParams(self._token)
            created = server.protocol.send_request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, parameters)
            created.add_done_callback(self._created)

    def end(self) -> None:
        """The work is over, however it went."""
        self._ended = True
        if self._begun and self._token is not None:
            self._server.work_done_progress.end(self._token, types.WorkDoneProgressEnd())
            self._server.work_done_progress.tokens.pop(self._token, None)

    def _created(self, answer: Future[Any]) -> None:
        if not self._ended and not answer.cancelled() and answer.exception() is None:
            self._begin()

    def _begin(self) -> None:
        if self._token is None:
            return
        self._begun = True
        progress = self._server.work_done_progress
        progress.begin(self._token, types.WorkDoneProgressBegin(self._title, cancellable=True))
        progress.tokens[self._token].add_done_callback(self._called_off)

    def _called_off(self, token: Future[Any]) -> None:
        if token.cancelled():
            self._on_cancel()
