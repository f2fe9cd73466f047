"""What the server is doing, in a notification that a client can show: ``ffi/status``."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ffi_lsp.server.app import Server

METHOD = "ffi/status"
_DELAY = 0.1
"""Seconds in which several changes become one message."""


@dataclass(frozen=True, slots=True)
class Status:
    """One state of the server.

    Parameters
    ----------
    state: ``"indexing"`` while files of the workspace or C headers are read, else ``"ready"``, or ``"noHeaders"`` where
        libraries are bound and no C prototype is known for any of their functions.
    message: the same in words.
    files: how many files of the workspace were looked at.
    bindings: how many of them open a native library.
    searches: how many searches for C prototypes are under way or wait.
    prototypes: how many prototypes are known of the functions that open texts declare.
    """

    state: Literal["indexing", "ready", "noHeaders"]
    message: str
    files: int
    bindings: int
    searches: int
    prototypes: int


class StatusLine:
    """Tells the client where it can show it, and only what is new.

    Parameters
    ----------
    server: what it is about, and the way to the client.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._told: Status | None = None
        self._timer: asyncio.TimerHandle | None = None

    def update(self) -> None:
        """Tell the client soon, if anything is different then."""
        if self._server.client.shows_status and self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_DELAY, self._tell)

    def close(self) -> None:
        """Tell nothing more."""
        if self._timer is not None:
            self._timer.cancel()

    def _tell(self) -> None:
        self._timer = None
        now = self.now()
        if now != self._told:
            self._told = now
            self._server.protocol.notify(METHOD, asdict(now))

    def now(self) -> Status:
        """The state as it is."""
        searches, index = self._server.searches, self._server.index
        facts = [each for document in self._server.documents if document.judged for each in document.judged.facts]
        prototypes = sum(len(each.prototypes) for each in facts)
        functions = sum(1 for each in facts for found in each.exported.values() if found is not None)
        counts = (index.files, index.bindings, searches, prototypes)
        if index.is_under_way:
            return Status("indexing", f"looking through the workspace: {index.files} files so far", *counts)
        if searches:
            return Status("indexing", "looking for C prototypes", *counts)
        if functions and not prototypes:
            return Status("noHeaders", "no C headers found for the libraries of the open texts", *counts)
        return Status("ready", f"{index.bindings} of {index.files} files open native libraries", *counts)
