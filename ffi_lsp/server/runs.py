"""What all runs share: permission, turns, progress, reports, and a thread beside the server's loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types
from pygls.uris import to_fs_path

from ffi_lsp.server.consent import Consents, Gate
from ffi_lsp.server.orders import CancelRun, ResetConsent, ShowReport, read_order
from ffi_lsp.server.progress import Progress
from ffi_lsp.server.reports import Reports
from ffi_lsp.server.turns import Job, Turns
from ffi_lsp.server.words import CANCEL_RUN, RESET_CONSENT, SHOW_REPORT

if TYPE_CHECKING:
    from ffi_lsp.server.app import Server

T = TypeVar("T")
Tell = Callable[[str, float], None]
"""Called from the run's thread with what is being done, and which share of the work is done."""


class Runs:
    """The runs of one server.

    Parameters
    ----------
    server: knows the texts and talks to the client.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.gate = Gate(server, Consents())
        self.reports = Reports(server)
        self._turns = Turns()
        self._executor: ThreadPoolExecutor | None = None

    async def in_turn(
        self,
        job: Job,
        title: str,
        token: types.ProgressToken | None,
        work: Callable[[threading.Event, Tell], T],
        *,
        measurable: bool = False,
    ) -> T | None:
        """Do a job's work in a thread, in its turn, with progress; None where it was cancelled before it began.

        Parameters
        ----------
        job: what is to be cancelled.
        title: what is done, for the person.
        token: the one that came with the client's request, or None.
        work: the work; it ends soon after the event that it is given has been set.
        measurable: whether it tells which share of it is done.
        """
        progress = Progress(self.server, token, title, job.cancel, measurable=measurable)
        job.on_place = lambda place: progress.report(_place_in_words(place))
        loop = asyncio.get_running_loop()

        def tell(message: str, share: float) -> None:
            loop.call_soon_threadsafe(progress.report, message, share)

        try:
            async with self._turns.turn(job) as begun:
                if not begun:
                    return None
                if self._executor is None:
                    self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ffi-run")
                return await loop.run_in_executor(self._executor, work, job.cancelled, tell)
        except asyncio.CancelledError:
            job.cancel()
            raise
        finally:
            progress.end()

    def workspace_of(self, path: Path) -> Path:
        """The innermost of the client's folders that a file is in; the file's own folder where there is none."""
        folders = self.server.workspace.folders.values()
        places = [Path(name) for folder in folders if (name := to_fs_path(folder.uri))]
        if not places and self.server.workspace.root_path:
            places = [Path(self.server.workspace.root_path)]
        around = [place for place in places if path.is_relative_to(place)]
        return max(around, key=lambda place: len(place.parts), default=path.parent)

    def show(self, kind: types.MessageType, text: str) -> None:
        """Tell the person."""
        self.server.window_show_message(types.ShowMessageParams(kind, text))

    def close(self) -> None:
        """End what runs, and let nothing that waits begin."""
        for job in self._turns.jobs:
            job.cancel()
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    # --- the commands that are about runs as such ----------------------------------------------------------------

    async def cancel(self, params: types.ExecuteCommandParams) -> dict[str, Any]:
        """`ffi.cancelRun`: end the runs that are meant; how many there were."""
        order = read_order(CancelRun, CANCEL_RUN, params.arguments)
        document = None if order.uri is None else self.server.documents.get(order.uri)
        uris = {order.uri, None if document is None else document.uri}
        meant = [
            job
            for job in self._turns.jobs
            if (order.uri is None or job.uri in uris) and order.symbol in (None, job.symbol)
        ]
        for job in meant:
            job.cancel()
        return {"cancelled": len(meant)}

    async def show_report(self, params: types.ExecuteCommandParams) -> dict[str, Any]:
        """`ffi.showReport`: open the last report, or tell where it is."""
        order = read_order(ShowReport, SHOW_REPORT, params.arguments)
        document = self.server.documents.get(order.uri)
        uri = order.uri if document is None else document.uri
        file = self.reports.last(uri, order.symbol)
        if file is None:
            message = f"There is no report on {order.symbol or 'this file'}; run it first."
            self.show(types.MessageType.Warning, message)
            return {"report": None, "shown": False, "message": message}
        message = f"The report is in {file}"
        shown = await self.reports.show(file)
        if not shown:
            self.show(types.MessageType.Info, message)
        return {"report": file.as_uri(), "shown": shown, "message": message}

    async def reset_consent(self, params: types.ExecuteCommandParams) -> dict[str, Any]:
        """`ffi.resetConsent`: ask again before native code runs."""
        order = read_order(ResetConsent, RESET_CONSENT, params.arguments)
        places = [None] if order.everywhere else self._workspaces()
        forgotten = sum(self.gate.consents.forget(place) for place in places)
        where = "everywhere" if order.everywhere else "in this workspace"
        message = f"You will be asked again {where} before native code runs ({forgotten} answers were forgotten)."
        self.show(types.MessageType.Info, message)
        return {"forgotten": forgotten, "message": message}

    def _workspaces(self) -> Sequence[Path]:
        """Every folder that an answer may be for in this session."""
        texts = {self.workspace_of(document.path) for document in self.server.documents}
        folders = {Path(name) for folder in self.server.workspace.folders.values() if (name := to_fs_path(folder.uri))}
        root = self.server.workspace.root_path
        return sorted(texts | folders | ({Path(root)} if root else set()))


def _place_in_words(place: int) -> str | None:
    if place == 0:
        return None
    return f"waiting for {place} other run{'' if place == 1 else 's'}"
