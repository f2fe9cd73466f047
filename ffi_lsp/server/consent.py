"""Who may run what: nothing native runs before a person was asked, once for each library and workspace.

An answer is about a file at its path, in one workspace, confined or not. A new build at the same path is not asked
about again, since building between runs is what runs are for; a name that leads to another file is, and so is a run
whose confinement was switched off meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from ffi_lsp.server.state import read_object, state_folder, write_object

if TYPE_CHECKING:
    from ffi_lsp.config import Run
    from ffi_lsp.server.app import Server

ONCE, ALWAYS, CANCEL = "Run once", "Always for this workspace", "Cancel"
"""The answers that a person chooses from."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a person is asked about.

    Parameters
    ----------
    kind: ``"library"``, a function of which is called, or ``"program"``, which runs as a whole.
    path: the file.
    confined: whether it runs in a confined process.
    """

    kind: str
    path: str
    confined: bool

    def question(self, what: str) -> str:
        """The question in one sentence, and what it would mean.

        Parameters
        ----------
        what: it in words: ``libm.so.6``, ``play.ts on deno 2.9``.
        """
        # A file's name can be any text, and must not look like more of the question.
        subject = "".join(sign if sign.isprintable() else "?" for sign in f"{what} ({self.path})")
        if self.kind == "program":
            return f"Run {subject}? The program runs with all your rights, as in a terminal."
        how = "in a confined process" if self.confined else "without a sandbox: it can write files and use the network"
        return f"Run native code of {subject} {how}?"


class Consents:
    """The answers that are remembered, for all workspaces, in one file.

    Parameters
    ----------
    file: where they are kept; ``consent.json`` in the folder of state if None.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file or state_folder() / "consent.json"

    def given(self, workspace: Path, subject: Subject) -> bool:
        """Whether a person allowed this for good."""
        return _entry(subject) in self._read().get(str(workspace), [])

    def remember(self, workspace: Path, subject: Subject) -> None:
        """A person allowed this for good."""
        known = self._read()
        if not self.given(workspace, subject):
            known.setdefault(str(workspace), []).append(_entry(subject))
            write_object(self._file, {"workspaces": known})

    def forget(self, workspace: Path | None) -> int:
        """Ask again in one workspace, or in all where None is given; how many answers were forgotten."""
        known = self._read()
        kept = {} if workspace is None else {name: found for name, found in known.items() if name != str(workspace)}
        forgotten = sum(map(len, known.values())) - sum(map(len, kept.values()))
        if forgotten:
            write_object(self._file, {"workspaces": kept})
        return forgotten

    def _read(self) -> dict[str, list[Any]]:
        found = read_object(self._file).get("workspaces")
        if not isinstance(found, dict):
            return {}
        return {name: entries for name, entries in found.items() if isinstance(entries, list)}


class Gate:
    """Lets a run through, or says why not; asks one question at a time.

    Parameters
    ----------
    server: talks to the client.
    consents: what is remembered.
    """

    def __init__(self, server: Server, consents: Consents) -> None:
        self._server, self.consents = server, consents
        self._asking = asyncio.Lock()

    async def refusal(self, settings: Run, workspace: Path, subject: Subject, what: str) -> str | None:
        """Why this may not run, in words that follow "not run: "; None where it may.

        Parameters
        ----------
        settings: those that hold for the text.
        workspace: the folder that an answer is for.
        subject: what would run.
        what: it in words.
        """
        if not settings.enabled:
            return "runs are switched off here (run.enabled), as they are in a workspace that is not trusted"
        if not settings.ask:
            return None
        async with self._asking:
            if self.consents.given(workspace, subject):
                return None
            try:
                answer = await self._answer(subject.question(what))
            except JsonRpcException as error:
                _log.warning("the client cannot ask: %s", error)
                return "this editor cannot ask whether it may; run.ask switches the question off"
            if answer == ALWAYS:
                self.consents.remember(workspace, subject)
            return None if answer in (ONCE, ALWAYS) else "it was not allowed"

    async def _answer(self, question: str) -> str | None:
        actions = [types.MessageActionItem(title) for title in (ONCE, ALWAYS, CANCEL)]
        parameters = types.ShowMessageRequestParams(types.MessageType.Warning, question, actions)
        chosen = await self._server.window_show_message_request_async(parameters)
        return None if chosen is None else chosen.title


def _entry(subject: Subject) -> dict[str, Any]:
    return {"kind": subject.kind, "path": subject.path, "confined": subject.confined}
