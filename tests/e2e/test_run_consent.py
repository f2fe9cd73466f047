"""Nothing native runs before a person allowed it: asked once for each library and workspace, remembered, resettable."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from wire import Wire

from tests.e2e.conftest import SERVER

ASK = "window/showMessageRequest"
TITLES = ["Run once", "Always for this workspace", "Cancel"]


class Person:
    """A person at an editor whose workspace is the playground's folder.

    Parameters
    ----------
    wire: their conversation with a server.
    playground: the text and its library.
    """

    def __init__(self, wire: Wire, playground: Any, **options: Any) -> None:
        self.wire, self.uri = wire, playground.uri
        self.folder = Path(playground.library).parent
        root = playground.uri.rpartition("/")[0]
        wire.initialize(workspaceFolders=[{"uri": root, "name": "play"}], rootUri=root, **options)
        item = {"uri": self.uri, "languageId": "typescript", "version": 1, "text": playground.text}
        wire.notify("textDocument/didOpen", {"textDocument": item})

    def command(self, name: str, *arguments: Any) -> Any:
        return self.wire.request("workspace/executeCommand", {"command": name, "arguments": list(arguments)})

    def run(self, symbol: str = "seven", answer: str | None = None) -> dict[str, Any]:
        self.wire.replies[ASK] = None if answer is None else {"title": answer}
        found: dict[str, Any] = self.command("ffi.quickRun", {"uri": self.uri, "symbol": symbol, "mode": "run"})
        return found

    @property
    def questions(self) -> list[dict[str, Any]]:
        return [each.message["params"] for each in self.wire.arrivals if each.message.get("method") == ASK]

    @property
    def told(self) -> list[str]:
        shown = [each.message for each in self.wire.arrivals if each.message.get("method") == "window/showMessage"]
        return [message["params"]["message"] for message in shown]


@pytest.fixture(autouse=True)
def own_state(state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state of each test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "ffi-lsp"


@pytest.fixture
def meet(playground: Any) -> Iterator[Callable[..., Person]]:
    """Start a server, and a person at it."""
    open_wires: list[Wire] = []

    def start(**options: Any) -> Person:
        wire = Wire([SERVER])
        open_wires.append(wire)
        return Person(wire.__enter__(), playground, **options)

    yield start
    for wire in open_wires:
        assert wire.exit() == 0
        wire.__exit__(None, None, None)


def test_a_person_is_asked_before_anything_native_runs(meet: Callable[..., Person], playground: Any) -> None:
    person = meet()
    answer = person.run(answer="Cancel")
    (question,) = person.questions
    assert [action["title"] for action in question["actions"]] == TITLES
    assert question["message"].startswith("Run native code of libplay.so (")
    assert str(playground.library) in question["message"]
    assert question["message"].endswith("in a confined process?")
    assert (answer["status"], answer["calls"], answer["result"]) == ("declined", 0, None)
    assert answer["message"] == "seven was not called: it was not allowed."


def test_an_editor_that_gives_no_answer_has_allowed_nothing(meet: Callable[..., Person]) -> None:
    assert meet().run(answer=None)["status"] == "declined"
    assert meet().run(answer="Something else")["status"] == "declined"


def test_once_is_once(meet: Callable[..., Person]) -> None:
    person = meet()
    assert person.run(answer="Run once")["result"] == 7
    assert person.run(answer="Cancel")["status"] == "declined"
    assert len(person.questions) == 2


def test_always_holds_for_the_library_in_the_workspace_and_the_next_session(
    meet: Callable[..., Person], own_state: Path
) -> None:
    person = meet()
    assert person.run(answer="Always for this workspace")["result"] == 7
    assert person.run("add", answer="Cancel")["result"] == 5
    assert len(person.questions) == 1
    again = meet()
    assert again.run(answer="Cancel")["result"] == 7
    assert again.questions == []
    assert json.loads((own_state / "consent.json").read_text())["workspaces"].keys() == {
        str(Path(person.uri.removeprefix("file://")).parent)
    }


def test_another_build_of_an_allowed_library_is_not_asked_about_again(
    meet: Callable[..., Person], playground: Any, compile_library: Callable[..., Path]
) -> None:
    person = meet()
    assert person.run(answer="Always for this workspace")["result"] == 7
    other = compile_library("int seven(void) { return 8; } int add(int a, int b) { return a; }", "libplay.so")
    playground.library.unlink()
    playground.library.write_bytes(other.read_bytes())
    person.wire.notify("textDocument/didSave", {"textDocument": {"uri": person.uri}})
    assert person.run(answer="Cancel")["result"] == 8


def test_a_consent_is_taken_back_by_a_command(meet: Callable[..., Person]) -> None:
    person = meet()
    person.run(answer="Always for this workspace")
    answer = person.command("ffi.resetConsent")
    assert answer["forgotten"] == 1
    assert person.told[-1] == answer["message"]
    assert person.run(answer="Cancel")["status"] == "declined"
    person.run(answer="Always for this workspace")
    assert person.command("ffi.resetConsent", {"everywhere": True})["forgotten"] == 1
    assert person.command("ffi.resetConsent", {"everywhere": True})["forgotten"] == 0


def test_two_runs_at_once_ask_one_after_the_other_and_the_first_answer_may_serve_both(
    meet: Callable[..., Person],
) -> None:
    person = meet()
    person.wire.replies[ASK] = {"title": "Always for this workspace"}
    orders = [
        person.wire.ask(
            "workspace/executeCommand",
            {"command": "ffi.quickRun", "arguments": [{"uri": person.uri, "symbol": symbol, "mode": "run"}]},
        )
        for symbol in ("seven", "add")
    ]
    assert [person.wire.answer(order)["result"] for order in orders] == [7, 5]
    assert len(person.questions) == 1


def test_an_editor_that_cannot_ask_runs_nothing_and_says_what_helps(meet: Callable[..., Person]) -> None:
    person = meet()
    order = {"uri": person.uri, "symbol": "seven"}
    request = person.wire.ask("workspace/executeCommand", {"command": "ffi.quickRun", "arguments": [order]})
    asked = person.wire.until(lambda message: message.get("method") == ASK, reply=False).message
    error = {"code": -32601, "message": "unknown method"}
    person.wire.send({"jsonrpc": "2.0", "id": asked["id"], "error": error})
    answer = person.wire.answer(request)
    assert answer["status"] == "declined"
    assert "run.ask" in answer["message"]


def test_a_workspace_that_is_not_trusted_runs_nothing_and_asks_nothing(meet: Callable[..., Person]) -> None:
    person = meet(initializationOptions={"run": {"enabled": False}})
    answer = person.run(answer="Run once")
    assert answer["status"] == "declined"
    assert "run.enabled" in answer["message"]
    assert person.questions == []
    (told,) = person.told
    assert told == answer["message"]


def test_a_person_may_choose_not_to_be_asked(meet: Callable[..., Person]) -> None:
    person = meet(initializationOptions={"run": {"ask": False}})
    assert person.run()["result"] == 7
    assert person.questions == []


def test_an_unconfined_run_is_another_question(meet: Callable[..., Person]) -> None:
    person = meet()
    person.run(answer="Always for this workspace")
    other = meet(initializationOptions={"run": {"sandbox": False}})
    assert other.run(answer="Cancel")["status"] == "declined"
    assert "without a sandbox" in other.questions[0]["message"]


def test_a_declaration_that_cannot_run_is_not_asked_about(meet: Callable[..., Person], playground: Any) -> None:
    person = meet()
    text = playground.text.replace('seven: { parameters: [], result: "i32"', 'seven: { parameters: ["int"]')
    item = {"uri": person.uri, "languageId": "typescript", "version": 2, "text": text}
    person.wire.notify("textDocument/didOpen", {"textDocument": item})
    assert person.run(answer="Run once")["message"] == "seven was not called: its declaration has mistakes."
    assert person.questions == []
