"""The server without a process: in any conversation every request has one answer, and the last word is fresh."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ffi_lsp.ide.code_action import ActionKind
from ffi_lsp.ide.semantic_tokens import TokenKind
from ffi_lsp.server import answers, words
from ffi_lsp.server.app import Server
from ffi_lsp.server.features import FEATURES
from ffi_lsp.workspace import Workspace

URIS = ("file:///one.ts", "untitled:two", "file:///three.js")
PIECES = st.sampled_from(
    [
        'const { f } = Porffor.dlopen("/nowhere.so", { f: { parameters: ["int"], result: "i32" } });',
        'const { getpid } = Porffor.dlopen("libc.so.6", { getpid: { parameters: [], result: "i33" } });',
        "getpid(1, ",
        "\r\n",
        "\u2028",
        "\U0001f600",
        '"',
        "{",
        "});",
        "// x\n",
        " ",
    ]
)
TEXTS = st.lists(PIECES, max_size=5).map("".join)
POSITIONS = st.builds(
    lambda line, character: {"line": line, "character": character}, st.integers(0, 4), st.integers(0, 90)
)
RANGES = st.builds(lambda start, end: {"start": start, "end": end}, POSITIONS, POSITIONS)
CHANGES = st.one_of(
    st.builds(lambda text: {"text": text}, TEXTS),
    st.builds(lambda span, text: {"range": span, "text": text}, RANGES, TEXTS),
)


def _document(uri: str) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}}


def _notifications(uri: str) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    opened = st.builds(
        lambda text, version: {
            "textDocument": {"uri": uri, "languageId": "typescript", "version": version, "text": text}
        },
        TEXTS,
        st.integers(0, 9),
    )
    changed = st.builds(
        lambda changes, version: {"textDocument": {"uri": uri, "version": version}, "contentChanges": changes},
        st.lists(CHANGES, max_size=3),
        st.integers(0, 9),
    )
    return st.one_of(
        opened.map(lambda parameters: ("textDocument/didOpen", parameters)),
        changed.map(lambda parameters: ("textDocument/didChange", parameters)),
        st.sampled_from(["textDocument/didSave", "textDocument/didClose"]).map(lambda name: (name, _document(uri))),
    )


def _requests(uri: str) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """A request of any row of the table, with the fields that any of them needs."""
    methods = st.sampled_from([row.method for row in FEATURES if row.method != "textDocument/diagnostic"])
    context = {"diagnostics": [], "includeDeclaration": True, "triggerKind": 1, "isRetrigger": False}
    fields = st.builds(
        lambda position, span: {
            **_document(uri),
            "position": position,
            "range": span,
            "positions": [position],
            "context": context,
            "newName": "other",
        },
        POSITIONS,
        RANGES,
    )
    return st.tuples(methods, fields)


MESSAGES = st.sampled_from(URIS).flatmap(lambda uri: st.one_of(_notifications(uri), _requests(uri)))


class Loopback:
    """A server and everything that it has written."""

    def __init__(self) -> None:
        self.server = Server()
        self.written: list[dict[str, Any]] = []
        self.server.protocol.set_writer(self)
        self._last_id = 0

    def write(self, data: bytes) -> None:
        self.written.append(json.loads(data.partition(b"\r\n\r\n")[2]))

    def close(self) -> None:
        """Nothing is open."""

    def notify(self, method: str, parameters: Any) -> None:
        self._receive({"jsonrpc": "2.0", "method": method, "params": parameters})

    def ask(self, method: str, parameters: Any) -> int:
        self._last_id += 1
        self._receive({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": parameters})
        return self._last_id

    def published(self, uri: str) -> list[dict[str, Any]] | None:
        """The diagnostics that an editor shows for a text now."""
        for message in reversed(self.written):
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                found: list[dict[str, Any]] = message["params"]["diagnostics"]
                return found
        return None

    def _receive(self, message: dict[str, Any]) -> None:
        self.server.protocol.receive(json.dumps(message).encode())


async def _settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(MESSAGES, max_size=25))
def test_after_any_conversation_each_request_has_one_answer_and_diagnostics_are_those_of_a_fresh_check(
    messages: list[tuple[str, dict[str, Any]]],
) -> None:
    asyncio.run(_converse(messages))


async def _converse(messages: list[tuple[str, dict[str, Any]]]) -> None:
    loop = Loopback()
    asked = [loop.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})]
    for method, parameters in messages:
        if method.startswith("textDocument/did"):
            loop.notify(method, parameters)
        else:
            asked.append(loop.ask(method, parameters))
    await _settled()
    answered = Counter(message["id"] for message in loop.written if "method" not in message)
    assert answered == Counter(asked)
    assert not [message for message in loop.written if "error" in message]
    for uri in URIS:
        document = loop.server.documents.get(uri)
        if document is None:
            assert not loop.published(uri)
            continue
        fresh = Workspace().snapshot(document.path, document.text.data)
        assert [each["message"] for each in loop.published(uri) or []] == [each.message for each in fresh.diagnostics]


def test_a_client_that_pulls_gets_what_another_is_pushed() -> None:
    async def both() -> tuple[list[Any] | None, list[Any], bool]:
        item = {"uri": URIS[0], "languageId": "typescript", "version": 1, "text": 'Porffor.dlopen("/nowhere.so", {});'}
        pushed, pulled = Loopback(), Loopback()
        for loop, ability in ((pushed, {}), (pulled, {"textDocument": {"diagnostic": {}}})):
            loop.ask("initialize", {"processId": None, "rootUri": None, "capabilities": ability})
            loop.notify("textDocument/didOpen", {"textDocument": item})
        pulled.ask("textDocument/diagnostic", _document(URIS[0]))
        await _settled()
        return pushed.published(URIS[0]), pulled.written[-1]["result"]["items"], pulled.published(URIS[0]) is None

    one, other, silent = asyncio.run(both())
    assert one == other != []
    assert silent


def test_diagnostics_that_are_pulled_again_come_only_where_their_place_or_words_changed() -> None:
    async def pulled() -> list[str]:
        loop = Loopback()
        ability = {"textDocument": {"diagnostic": {}}}
        loop.ask("initialize", {"processId": None, "rootUri": None, "capabilities": ability})
        item = {
            "uri": URIS[0],
            "languageId": "typescript",
            "version": 1,
            "text": '/*a*/Porffor.dlopen("/nowhere.so", {});',
        }
        loop.notify("textDocument/didOpen", {"textDocument": item})
        kinds, state = [], None
        # The second edit changes no byte offset, but every line number.
        for letter in ("b", "\n", None):
            span = {"start": {"line": 0, "character": 2}, "end": {"line": 0, "character": 3}}
            if letter is not None:
                change = {"range": span, "text": letter}
                version = {"uri": URIS[0], "version": 2}
                loop.notify("textDocument/didChange", {"textDocument": version, "contentChanges": [change]})
            loop.ask("textDocument/diagnostic", {**_document(URIS[0]), "previousResultId": state})
            state = loop.written[-1]["result"]["resultId"]
            kinds.append(loop.written[-1]["result"]["kind"])
        return kinds

    assert asyncio.run(pulled()) == ["full", "full", "unchanged"]


def test_an_error_of_ours_is_logged_and_pops_up_nowhere(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail() -> list[dict[str, Any]]:
        loop = Loopback()
        loop.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})

        def broken(*_: object) -> None:
            raise RuntimeError("out of order")

        monkeypatch.setattr(loop.server.facts, "snapshot", broken)
        item = {"uri": URIS[0], "languageId": "typescript", "version": 1, "text": "x"}
        loop.notify("textDocument/didOpen", {"textDocument": item})
        loop.ask("textDocument/codeLens", _document(URIS[0]))
        await _settled()
        return loop.written

    written = asyncio.run(fail())
    assert [message.get("method") for message in written] == [None, None]
    assert "out of order" in str(written[1]["error"])
    assert "out of order" in caplog.text


def test_the_folder_of_the_client_is_where_texts_without_a_file_belong(tmp_path: Path) -> None:
    async def opened() -> Path:
        loop = Loopback()
        folder = {"uri": tmp_path.as_uri(), "name": "here"}
        parameters = {"processId": None, "rootUri": None, "capabilities": {}, "workspaceFolders": [folder]}
        loop.ask("initialize", parameters)
        item = {"uri": "untitled:a.ts", "languageId": "typescript", "version": 1, "text": ""}
        loop.notify("textDocument/didOpen", {"textDocument": item})
        document = loop.server.documents.get("untitled:a.ts")
        assert document is not None
        return document.path

    assert asyncio.run(opened()) == tmp_path / "a.ts"


def test_the_words_of_the_greeting_are_those_of_the_answers() -> None:
    assert tuple(ActionKind) == words.ACTION_KINDS
    assert [kind.value for kind in TokenKind] == list(words.LEGEND.token_types)
    assert all(callable(getattr(answers, row.answer)) for row in FEATURES)


def test_the_greeting_loads_no_grammar_rule_or_dialect() -> None:
    script = """
import sys
from ffi_lsp.server.app import Server
Server()
heavy = {"tree_sitter", "ffi_core.dialects", "ffi_lsp.rules", "ffi_lsp.workspace", "ffi_core.bench"}
print(*sorted(heavy & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == []


ALWAYS = {"positionEncoding", "textDocumentSync", "executeCommandProvider", "workspace"}


@pytest.mark.parametrize("pulls", [True, False])
def test_the_capabilities_are_those_of_the_rows_and_no_others(pulls: bool) -> None:
    async def greeted() -> dict[str, Any]:
        loop = Loopback()
        ability = {"textDocument": {"diagnostic": {}}} if pulls else {}
        loop.ask("initialize", {"processId": None, "rootUri": None, "capabilities": ability})
        capabilities: dict[str, Any] = loop.written[0]["result"]["capabilities"]
        return capabilities

    rows = {row.method.removeprefix("textDocument/").removesuffix("/full") for row in FEATURES}
    offered = {f"{name}Provider" for name in rows - {"prepareRename"} - ({"diagnostic"} if not pulls else set())}
    assert asyncio.run(greeted()).keys() == offered | ALWAYS
