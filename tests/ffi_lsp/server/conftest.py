"""A server without a process: messages go in as bytes, and everything that it writes is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from ffi_lsp.server.app import Server

PATIENCE = 60.0
"""Seconds until a server that should come to rest is taken for hung."""


class Loopback:
    """A server and everything that it has written. To be used on a running loop.

    Parameters
    ----------
    find_files: as for `Server`.
    """

    def __init__(self, find_files: Any = None) -> None:
        self.server = Server(find_files)
        self.written: list[dict[str, Any]] = []
        self.replies: dict[str, Any] = {}
        """What the client answers to requests of the server, by method; null to all others."""
        self.server.protocol.set_writer(self)
        self._last_id = 0
        self._unanswered: set[int] = set()

    def write(self, data: bytes) -> None:
        message = json.loads(data.partition(b"\r\n\r\n")[2])
        self.written.append(message)
        if "method" not in message:
            self._unanswered.discard(message["id"])
        elif "id" in message:
            reply = {"jsonrpc": "2.0", "id": message["id"], "result": self._reply(message)}
            asyncio.get_running_loop().call_soon(self._receive, reply)

    def close(self) -> None:
        """Nothing is open."""

    def greet(self, capabilities: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """Shake hands; gives the server's capabilities."""
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities or {}, **more})
        answer: dict[str, Any] = self.written[-1]["result"]["capabilities"]
        self.notify("initialized", {})
        return answer

    def open(self, uri: str, text: str, version: int = 1) -> None:
        item = {"uri": uri, "languageId": "typescript", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, *changes: dict[str, Any], version: int = 2) -> None:
        document = {"uri": uri, "version": version}
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})

    def notify(self, method: str, parameters: Any) -> None:
        self._receive({"jsonrpc": "2.0", "method": method, "params": parameters})

    def ask(self, method: str, parameters: Any) -> int:
        self._last_id += 1
        self._unanswered.add(self._last_id)
        self._receive({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": parameters})
        return self._last_id

    async def request(self, method: str, parameters: Any) -> Any:
        """The result of a request, once it is there; the error where it has one."""
        number = self.ask(method, parameters)
        await self.until(lambda: number not in self._unanswered)
        answer = next(each for each in self.written if each.get("id") == number and "method" not in each)
        return answer["error"] if "error" in answer else answer["result"]

    async def settled(self) -> None:
        """Wait until the server has answered everything and does nothing more."""
        server = self.server

        def is_at_rest() -> bool:
            busy = server.judge.is_busy or server.searches or server.index.is_under_way or server.watch.is_settling
            return not (busy or self._unanswered)

        for _ in range(3):  # what was asked for by the last message begins with the loop's next rounds
            await asyncio.sleep(0)
            await self.until(is_at_rest)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.002)

    def published(self, uri: str) -> list[dict[str, Any]] | None:
        """The diagnostics that an editor shows for a text now."""
        for message in reversed(self.written):
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                found: list[dict[str, Any]] = message["params"]["diagnostics"]
                return found
        return None

    def codes(self, uri: str) -> list[str] | None:
        """The codes of those diagnostics."""
        found = self.published(uri)
        return None if found is None else [each["code"] for each in found]

    def told(self, method: str) -> list[Any]:
        """The parameters of all the server's messages of one method, in order."""
        return [message.get("params") for message in self.written if message.get("method") == method]

    def _reply(self, message: dict[str, Any]) -> Any:
        reply = self.replies.get(message["method"])
        return reply(message["params"]) if callable(reply) else reply

    def _receive(self, message: dict[str, Any]) -> None:
        self.server.protocol.receive(json.dumps(message).encode())


@pytest.fixture
def converse() -> Callable[..., Any]:
    """`converse(talk, find_files=None)` awaits `talk(loopback)` with a fresh server, which is ended then."""

    def run(talk: Callable[[Loopback], Any], find_files: Any = None) -> Any:
        async def conversation() -> Any:
            loopback = Loopback(find_files)
            try:
                return await talk(loopback)
            finally:
                loopback.server.shut_down()

        return asyncio.run(conversation())

    return run


@pytest.fixture
def files_below() -> Callable[..., Any]:
    """Finds the files of a folder as the command line does."""
    from ffi_lsp.cli.serve import files_below as find

    return find
