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
    measurable: whether reports say which share of the work is done.
    """

    def __init__(
        self,
        server: Server,
        token: types.ProgressToken | None,
        title: str,
        on_cancel: Callable[[], object],
        *,
        measurable: bool = False,
    ) -> None:
        self._server, self._title, self._on_cancel = server, title, on_cancel
        self._token = token
        self._message: str | None = None
        self._measurable = measurable
        self._begun = self._ended = False
        if token is not None:
            self._begin()
        elif server.client.progress:
            self._token = str(uuid.uuid4())
            parameters = types.WorkDoneProgressCreateParams(self._token)
            created = server.protocol.send_request(types.WINDOW_WORK_DONE_PROGRESS_CREATE, parameters)
            created.add_done_callback(self._created)

    def report(self, message: str | None, share: float | None = None) -> None:
        """Say how far it is.

        Parameters
        ----------
        message: in words; None for none.
        share: how much of the work is done, from 0 to 1, where that is known.
        """
        if share is None and message == self._message:
            return
        self._message = message
        if self._begun and not self._ended and self._token is not None:
            percentage = None if share is None else round(100 * share)
            value = types.WorkDoneProgressReport(cancellable=True, message=message or "", percentage=percentage)
            self._server.work_done_progress.report(self._token, value)

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
        begin = types.WorkDoneProgressBegin(
            self._title, cancellable=True, message=self._message, percentage=0 if self._measurable else None
        )
        progress.begin(self._token, begin)
        progress.tokens[self._token].add_done_callback(self._called_off)

    def _called_off(self, token: Future[Any]) -> None:
        if token.cancelled():
            self._on_cancel()
