"""Quick runs: what comes back, what the person is told, and that nothing a function does can harm the server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wire import Wire

from ffi_lsp.server.features import FEATURES

PUBLISH = "textDocument/publishDiagnostics"


class Runner:
    """A server with the playground's text open."""

    def __init__(self, wire: Wire, playground: Any) -> None:
        self.wire, self.playground = wire, playground

    def open(self, text: str | None = None) -> None:
        item = {
            "uri": self.playground.uri,
            "languageId": "typescript",
            "version": 1,
            "text": text or self.playground.text,
        }
        self.wire.notify("textDocument/didOpen", {"textDocument": item})

    def order(self, symbol: str, **more: Any) -> int:
        arguments = [{"uri": self.playground.uri, "symbol": symbol, **more}]
        return self.wire.ask("workspace/executeCommand", {"command": "ffi.quickRun", "arguments": arguments})

    def run(self, symbol: str, **more: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.wire.answer(self.order(symbol, **more))
        return answer

    def refusal(self, *arguments: Any) -> str:
        request = self.wire.ask("workspace/executeCommand", {"command": "ffi.quickRun", "arguments": list(arguments)})
        with pytest.raises(RuntimeError) as caught:
            self.wire.answer(request)
        error = caught.value.args[0]
        assert error["code"] == -32602
        return str(error["message"])

    def hover(self) -> Any:
        position = {"textDocument": {"uri": self.playground.uri}, "position": {"line": 0, "character": 9}}
        return self.wire.request("textDocument/hover", position)

    @property
    def messages(self) -> list[tuple[int, str]]:
        """What was shown to the person: kind (1 error, 2 warning, 3 information) and text."""
        return [
            (arrival.message["params"]["type"], arrival.message["params"]["message"])
            for arrival in self.wire.arrivals
            if arrival.message.get("method") == "window/showMessage"
        ]


@pytest.fixture
def runner(wire: Wire, playground: Any) -> Iterator[Runner]:
    wire.initialize()
    made = Runner(wire, playground)
    made.open()
    yield made
    if wire.process.poll() is None:
        assert wire.exit() == 0


def test_the_arguments_come_from_a_call_in_the_text(runner: Runner) -> None:
    answer = runner.run("add")
    assert (answer["status"], answer["result"]) == ("done", 5)
    assert answer.keys() >= {"status", "calls", "median_ns", "result", "message"}
    bins = answer["histogram"]
    assert sum(count for _, _, count in bins) > 0
    assert all(low <= high for low, high, _ in bins)


def test_the_arguments_of_the_request_come_first(runner: Runner) -> None:
    assert runner.run("add", arguments=[20, 22])["result"] == 42


def test_the_message_tells_calls_time_and_result(runner: Runner) -> None:
    answer = runner.run("add")
    ((kind, text),) = runner.messages
    assert kind == 3
    assert text == answer["message"]
    assert all(word in text for word in ("add", "5", "ns", "calls"))


@pytest.mark.parametrize(
    ("symbol", "status", "cause"),
    [("crash", "crashed", "SIGSEGV"), ("leave", "exited", "exit 3"), ("spin", "timed-out", "timed out")],
)
def test_what_a_function_does_ends_in_the_child(runner: Runner, symbol: str, status: str, cause: str) -> None:
    request = runner.order(symbol, timeout=1 if symbol == "spin" else 30)
    assert "Function exported by" in str(runner.hover())
    answer = runner.wire.answer(request)
    assert (answer["status"], answer["cause"]) == (status, cause)
    ((kind, text),) = runner.messages
    assert kind == 1
    assert symbol in text
    assert runner.run("seven")["result"] == 7


def test_what_a_function_prints_and_reads_is_not_the_protocols(runner: Runner) -> None:
    answer = runner.run("talk")
    assert (answer["status"], answer["result"]) == ("done", -1)


def test_the_server_answers_while_a_function_runs(runner: Runner) -> None:
    running = runner.order("spin", timeout=1)
    assert "Function exported by" in str(runner.hover())
    answered = [arrival.message.get("id") for arrival in runner.wire.arrivals]
    assert running not in answered
    assert runner.wire.answer(running)["status"] == "timed-out"


def test_runs_wait_for_each_other(runner: Runner) -> None:
    first, second = runner.order("spin", timeout=1), runner.order("seven")
    arrived: list[int] = []
    while len(arrived) < 2:
        message = runner.wire.receive().message
        if message.get("id") in (first, second) and "result" in message:
            arrived.append(message["id"])
    assert arrived == [first, second]


def test_a_run_can_be_called_off(runner: Runner) -> None:
    request = runner.order("spin", timeout=60)
    runner.hover()
    runner.wire.notify("$/cancelRequest", {"id": request})
    with pytest.raises(RuntimeError, match="-32800"):
        runner.wire.answer(request)
    assert runner.run("seven")["result"] == 7


def test_a_run_can_be_called_off_where_its_progress_is_shown(wire: Wire, playground: Any) -> None:
    wire.initialize({"window": {"workDoneProgress": True}})
    runner = Runner(wire, playground)
    runner.open()
    request = runner.order("spin", timeout=60)
    begin = wire.until(lambda message: message.get("method") == "$/progress").message["params"]
    assert (begin["value"]["title"], begin["value"]["cancellable"]) == ("Running spin", True)
    wire.notify("window/workDoneProgress/cancel", {"token": begin["token"]})
    assert wire.answer(request)["status"] == "cancelled"
    steps = [each.message for each in wire.arrivals if each.message.get("method") == "$/progress"]
    assert [step["params"]["value"]["kind"] for step in steps] == ["begin", "end"]
    assert wire.exit() == 0


def test_progress_is_told_by_the_clients_own_token(runner: Runner) -> None:
    arguments = [{"uri": runner.playground.uri, "symbol": "seven"}]
    parameters = {"command": "ffi.quickRun", "arguments": arguments, "workDoneToken": 17}
    runner.wire.request("workspace/executeCommand", parameters)
    steps = [each.message for each in runner.wire.arrivals if each.message.get("method") == "$/progress"]
    assert [(step["params"]["token"], step["params"]["value"]["kind"]) for step in steps] == [
        (17, "begin"),
        (17, "end"),
    ]


def test_shutdown_ends_a_run(runner: Runner) -> None:
    runner.order("spin", timeout=60)
    runner.hover()
    assert runner.wire.exit() == 0


def test_a_client_that_goes_away_ends_a_run(runner: Runner) -> None:
    runner.order("spin", timeout=60)
    runner.hover()
    assert runner.wire.process.stdin is not None
    runner.wire.process.stdin.close()
    assert runner.wire.process.wait(20) == 1


def test_without_arguments_the_person_is_told(runner: Runner) -> None:
    runner.open(runner.playground.text.replace("add(2, 3)", "add(left, right)"))
    answer = runner.run("add")
    assert answer["status"] == "failed"
    ((kind, text),) = runner.messages
    assert kind == 2
    assert "add needs arguments (i32, i32)" in text
    assert "write // ffi-bench: add(1, 1) above its declaration" in text


def test_a_declaration_with_mistakes_is_not_called(runner: Runner) -> None:
    runner.open(
        runner.playground.text.replace('seven: { parameters: [], result: "i32"', 'seven: { parameters: ["int"]')
    )
    assert "has mistakes" in runner.run("seven")["message"]


def test_a_missing_library_is_named(runner: Runner) -> None:
    runner.open(runner.playground.text.replace(str(runner.playground.library), "/nowhere/libno.so"))
    answer = runner.run("seven")
    assert answer["status"] == "failed"
    assert "/nowhere/libno.so" in answer["message"]


def test_an_order_of_the_wrong_form_is_refused_by_field(runner: Runner) -> None:
    uri = runner.playground.uri
    assert "one argument" in runner.refusal()
    assert "one argument" in runner.refusal("seven")
    assert "expects uri" in runner.refusal({"symbol": "seven"})
    assert "expects symbol" in runner.refusal({"uri": uri, "symbol": 7})
    assert "expects call" in runner.refusal({"uri": uri, "symbol": "seven", "call": True})
    assert "expects arguments" in runner.refusal({"uri": uri, "symbol": "seven", "arguments": "1"})
    assert "timeout" in runner.refusal({"uri": uri, "symbol": "seven", "timeout": -1})
    assert "no field 'symbl'" in runner.refusal({"uri": uri, "symbl": "seven"})
    assert "no open text" in runner.refusal({"uri": "file:///other.ts", "symbol": "seven"})
    assert "no declaration of 'eight'" in runner.refusal({"uri": uri, "symbol": "eight"})
    assert "no declaration of 'seven'" in runner.refusal({"uri": uri, "symbol": "seven", "call": 9})


def test_nothing_but_a_run_loads_the_library(runner: Runner, playground: Any) -> None:
    wire, mark = runner.wire, playground.mark
    document = {"textDocument": {"uri": playground.uri}}
    start, end = {"line": 0, "character": 0}, {"line": 99, "character": 0}
    everywhere = {
        **document,
        "range": {"start": start, "end": end},
        "context": {"diagnostics": [], "includeDeclaration": True, "triggerKind": 1, "isRetrigger": False},
        "positions": [start],
        "newName": "other",
        "previousResultId": "",
    }
    wire.until(lambda message: message.get("method") == PUBLISH)
    for line, text in enumerate(playground.text.splitlines()):
        for column in range(0, len(text) + 1, 9):
            position = {"line": line, "character": column}
            for feature in FEATURES:
                if feature.method != "textDocument/diagnostic":
                    wire.request(feature.method, {**everywhere, "position": position})
    changed = {"range": {"start": start, "end": start}, "text": "// \n"}
    version = {"textDocument": {"uri": playground.uri, "version": 2}, "contentChanges": [changed]}
    wire.notify("textDocument/didChange", version)
    wire.notify("textDocument/didSave", document)
    wire.until(lambda message: message.get("method") == PUBLISH)
    # A run's child may print, but not write files; whoever else loads the library would leave the mark.
    assert "constructed" in runner.run("seven")["stdout"]
    assert not mark.exists()
    load = "import ctypes, sys; ctypes.CDLL(sys.argv[1])"
    subprocess.run([sys.executable, "-c", load, str(playground.library)], check=True, capture_output=True, timeout=60)
    assert mark.exists()


def test_the_child_runs_outside_of_the_server(runner: Runner) -> None:
    maps = Path(f"/proc/{runner.wire.process.pid}/maps")
    if not maps.exists():
        pytest.skip("the system shows no memory maps")
    runner.run("seven")
    assert "libplay.so" not in maps.read_text()
