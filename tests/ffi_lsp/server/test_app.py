"""The server without a process: in any conversation every request has one answer, and the last word is fresh."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ffi_lsp.ide.code_action import ActionKind
from ffi_lsp.ide.semantic_tokens import TokenKind
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.server import across, answers, words
from ffi_lsp.server.features import ACROSS, FEATURES
from ffi_lsp.workspace import Workspace

if TYPE_CHECKING:
    from conftest import Loopback

Converse = Callable[..., Any]

URIS = ("file:///one.ts", "untitled:two", "file:///three.js")
PULLS = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}
PIECES = st.sampled_from(
    [
        'const { f } = Porffor.dlopen("/nowhere.so", { f: { parameters: ["int"], result: "i32" } });',
        'const { getpid } = Porffor.dlopen("libc.so.6", { getpid: { parameters: ["f64"], result: "i33" } });',
        "getpid(1, ",
        "\r\n",
        "\r",
        "\u2028",
        "\ufeff",
        "\U0001f600",
        '"',
        "{",
        "});",
        "// x\n",
        " ",
    ]
)
TEXTS = st.lists(PIECES, max_size=5).map("".join)
KNOWN = HeaderPrototypes()
"""What a fresh check knows of C; one for all, because only texts change here."""


def document(uri: str) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}}


def position(text: str, index: int) -> dict[str, int]:
    """The place of a character as an editor counts it, in UTF-16: a slow reading of the specification."""
    line = column = 0
    for at, letter in enumerate(text[:index]):
        if letter == "\n" or (letter == "\r" and text[at + 1 : at + 2] != "\n"):
            line, column = line + 1, 0
        elif letter != "\r":
            column += len(letter.encode("utf-16-le")) // 2
    return {"line": line, "character": column}


@st.composite
def places(draw: st.DrawFn, text: str) -> int:
    """The index of a character that an editor's cursor can stand before; never inside of CRLF."""
    index: int = draw(st.integers(0, len(text)))
    return index - 1 if text[index - 1 : index + 1] == "\r\n" else index


@st.composite
def conversations(draw: st.DrawFn) -> tuple[list[tuple[str, dict[str, Any]]], dict[str, str]]:
    """Messages that an editor may send, and each text that is open at the end."""
    messages: list[tuple[str, dict[str, Any]]] = []
    texts: dict[str, str] = {}
    for _ in range(draw(st.integers(0, 25))):
        uri, version = draw(st.sampled_from(URIS)), draw(st.integers(0, 5))
        kind = draw(st.sampled_from(["open", "change", "change", "change", "close", "save", "ask", "ask"]))
        if kind == "open":
            texts[uri] = draw(TEXTS)
            item = {"uri": uri, "languageId": "typescript", "version": version, "text": texts[uri]}
            messages.append(("textDocument/didOpen", {"textDocument": item}))
        elif kind == "change" and uri in texts:
            changes = []
            for _ in range(draw(st.integers(0, 3))):
                changes.append(draw(edits(texts[uri])))
                texts[uri] = applied(texts[uri], changes[-1])
            parameters = {"textDocument": {"uri": uri, "version": version}, "contentChanges": changes}
            messages.append(("textDocument/didChange", parameters))
        elif kind == "ask":
            messages.append(draw(requests(uri, texts.get(uri, ""))))
        elif kind in ("close", "save"):
            messages.append((f"textDocument/did{kind.title()}", document(uri)))
            if kind == "close":
                texts.pop(uri, None)
    for _, parameters in messages:
        for change in parameters.get("contentChanges", ()):
            change.pop("indices", None)
    return messages, texts


@st.composite
def edits(draw: st.DrawFn, text: str) -> dict[str, Any]:
    """A change of a text, with the indices of its characters for `applied`."""
    new = draw(TEXTS)
    if draw(st.integers(0, 7)) == 0:
        return {"text": new}
    start, end = sorted((draw(places(text)), draw(places(text))))
    span = {"start": position(text, start), "end": position(text, end)}
    return {"text": new, "range": span, "indices": (start, end)}


def applied(text: str, change: dict[str, Any]) -> str:
    """The text after a change."""
    if "indices" not in change:
        return str(change["text"])
    start, end = change["indices"]
    return f"{text[:start]}{change['text']}{text[end:]}"


@st.composite
def requests(draw: st.DrawFn, uri: str, text: str) -> tuple[str, dict[str, Any]]:
    """A request of any row of the table that is about a place or a text, with the fields that any of them needs."""
    methods = [row.method for row in FEATURES if row.method != "textDocument/diagnostic"]
    start, end = sorted((draw(places(text)), draw(places(text))))
    here, span = position(text, start), {"start": position(text, start), "end": position(text, end)}
    context = {"diagnostics": [], "includeDeclaration": True, "triggerKind": 1, "isRetrigger": False}
    fields = {"position": here, "range": span, "positions": [here], "context": context, "newName": "other"}
    return draw(st.sampled_from(methods)), {**document(uri), **fields, "previousResultId": ""}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(conversations())
def test_after_any_conversation_the_texts_are_the_clients_and_diagnostics_those_of_a_fresh_check(
    converse: Converse, conversation: tuple[list[tuple[str, dict[str, Any]]], dict[str, str]]
) -> None:
    messages, texts = conversation

    async def talk(loopback: Loopback) -> None:
        loopback.greet()
        asked = [1]
        for method, parameters in messages:
            if method.startswith("textDocument/did"):
                loopback.notify(method, parameters)
            else:
                asked.append(loopback.ask(method, parameters))
        await loopback.settled()
        answered = Counter(message["id"] for message in loopback.written if "method" not in message)
        assert answered == Counter(asked)
        assert not [message for message in loopback.written if "error" in message]
        for uri in URIS:
            open_text = loopback.server.documents.get(uri)
            if open_text is None:
                assert uri not in texts
                assert not loopback.published(uri)
                continue
            assert open_text.text.data.decode() == texts[uri]
            fresh = Workspace(prototypes=KNOWN, follow_imports=True).snapshot(open_text.path, open_text.text.data)
            told = [each["message"] for each in loopback.published(uri) or []]
            assert told == [each.message for each in fresh.diagnostics]

    converse(talk)


def test_a_client_that_pulls_gets_what_another_is_pushed(converse: Converse) -> None:
    text = 'Porffor.dlopen("/nowhere.so", {});'

    async def pushed(loopback: Loopback) -> Any:
        loopback.greet()
        loopback.open(URIS[0], text)
        await loopback.settled()
        return loopback.published(URIS[0])

    async def pulled(loopback: Loopback) -> Any:
        loopback.greet(PULLS)
        loopback.open(URIS[0], text)
        report = await loopback.request("textDocument/diagnostic", document(URIS[0]))
        await loopback.settled()
        assert loopback.published(URIS[0]) is None
        return report["items"]

    assert converse(pushed) == converse(pulled) != []


def test_a_client_that_cannot_be_told_to_pull_again_is_pushed(converse: Converse) -> None:
    async def talk(loopback: Loopback) -> Any:
        assert "diagnosticProvider" not in loopback.greet({"textDocument": {"diagnostic": {}}})
        loopback.open(URIS[0], 'Porffor.dlopen("/nowhere.so", {});')
        await loopback.settled()
        return loopback.codes(URIS[0])

    assert converse(talk) == ["FFI202"]


def test_diagnostics_that_are_pulled_again_come_only_where_their_place_or_words_changed(converse: Converse) -> None:
    async def talk(loopback: Loopback) -> list[str]:
        loopback.greet(PULLS)
        loopback.open(URIS[0], '/*a*/Porffor.dlopen("/nowhere.so", {});')
        kinds, state = [], None
        # The second edit changes no byte offset, but every line number.
        for letter in ("b", "\n", None):
            span = {"start": {"line": 0, "character": 2}, "end": {"line": 0, "character": 3}}
            if letter is not None:
                loopback.change(URIS[0], {"range": span, "text": letter})
            parameters = {**document(URIS[0]), "previousResultId": state}
            report = await loopback.request("textDocument/diagnostic", parameters)
            state = report["resultId"]
            kinds.append(report["kind"])
        return kinds

    assert converse(talk) == ["full", "full", "unchanged"]


def test_an_error_of_ours_is_logged_and_pops_up_nowhere(
    converse: Converse, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def talk(loopback: Loopback) -> Any:
        loopback.greet()

        def broken(*_: object, **__: object) -> None:
            raise RuntimeError("out of order")

        monkeypatch.setattr(loopback.server.facts, "unread", broken)
        loopback.open(URIS[0], "x")
        error = await loopback.request("textDocument/codeLens", document(URIS[0]))
        assert [message.get("method") for message in loopback.written] == [None, None]
        return error

    assert "out of order" in str(converse(talk))
    assert "out of order" in caplog.text


def test_the_folder_of_the_client_is_where_texts_without_a_file_belong(converse: Converse, tmp_path: Path) -> None:
    async def talk(loopback: Loopback) -> Path:
        loopback.greet(workspaceFolders=[{"uri": tmp_path.as_uri(), "name": "here"}])
        loopback.open("untitled:a.ts", "")
        opened = loopback.server.documents.get("untitled:a.ts")
        assert opened is not None
        return opened.path

    assert converse(talk) == tmp_path / "a.ts"


def test_the_words_of_the_greeting_are_those_of_the_answers() -> None:
    assert tuple(ActionKind) == words.ACTION_KINDS
    assert [kind.value for kind in TokenKind] == list(words.LEGEND.token_types)
    assert all(callable(getattr(answers, row.answer)) for row in FEATURES)
    assert all(callable(getattr(across, row.answer)) for row in ACROSS)


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
