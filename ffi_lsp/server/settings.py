"""The client's part of the settings: what it sent at first, what it is asked for, and what it tells of changes."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from ffi_lsp.server.configuration import SECTION, Configuration

if TYPE_CHECKING:
    from concurrent.futures import Future

    from ffi_lsp.server.app import Server

_log = logging.getLogger(__name__)


class SettingsOfClient(Configuration):
    """The settings of one connection, kept true by what the client says.

    Parameters
    ----------
    server: talks to the client, and judges texts again when other settings hold.
    """

    def __init__(self, server: Server) -> None:
        super().__init__(self._complain)
        self._server = server
        self._asked = 0
        self._shown: set[str] = set()

    def begin(self, options: Any) -> None:
        """Take over what `initialize` brought."""
        self.greet(options, self._server.folders())

    def pull(self) -> None:
        """Ask the client for its settings, and to tell when they change."""
        client = self._server.client
        if client.configuration_changes:
            method = types.WORKSPACE_DID_CHANGE_CONFIGURATION
            options = types.DidChangeConfigurationRegistrationOptions(SECTION)
            registration = types.Registration(str(uuid.uuid4()), method, options)
            self._server.client_register_capability(types.RegistrationParams([registration]))
        self._ask()

    def did_change(self, params: types.DidChangeConfigurationParams) -> None:
        """Other settings hold: ask for them, or take those that came along."""
        if self._server.client.configuration:
            self._ask()
            return
        settings = params.settings
        given = settings.get(SECTION) if isinstance(settings, Mapping) else None
        self._take([None, *self.folders], [given] * (1 + len(self.folders)))

    def folders_changed(self) -> None:
        """The client has opened or closed folders."""
        now = self._server.folders()
        for folder in self.folders:
            if folder not in now:
                self.remove(folder)
        for folder in now:
            self.add(folder)
        self._ask()

    def _ask(self) -> None:
        if not self._server.client.configuration:
            return
        self._asked += 1
        question, places = self._asked, [None, *self.folders]
        items = [types.ConfigurationItem(place.as_uri() if place else None, SECTION) for place in places]

        def answered(answer: Future[Any]) -> None:
            if answer.cancelled() or question != self._asked:
                return
            error = answer.exception()
            if error is not None:
                _log.warning("the client gave no settings: %s", error)
                return
            self._take(places, answer.result() or [])

        method = types.WORKSPACE_CONFIGURATION
        self._server.protocol.send_request(method, types.ConfigurationParams(items)).add_done_callback(answered)

    def _take(self, places: Iterable[Path | None], given: Iterable[Any]) -> None:
        before = self.given
        for place, mapping in zip(places, given, strict=False):
            self.set(place, mapping)
        if self.given != before:
            self._server.settings_changed()

    def show_problem_of(self, path: Path) -> None:
        """Tell a person who has a text open what is wrong with its settings file, unless that has been told."""
        problem = self.problem_of(path)
        if problem is not None and problem not in self._shown:
            self._shown.add(problem)
            self._show(problem)

    def show_problems(self, paths: Iterable[Path]) -> None:
        """Files may have been mended, or broken: tell what is wrong now with those of the open texts."""
        opened = tuple(paths)
        self._shown &= {problem for path in opened if (problem := self.problem_of(path)) is not None}
        for path in opened:
            self.show_problem_of(path)

    def _complain(self, message: str, is_of_editor: bool) -> None:
        _log.warning("settings: %s", message)
        # Nobody who has other texts open wants to read of a settings file somewhere in the workspace.
        if is_of_editor:
            self._show(message)

    def _show(self, message: str) -> None:
        self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, f"FFI settings: {message}"))
