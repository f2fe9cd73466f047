"""The protocol as seen on the wire: every request has exactly one answer, and the process ends as it should."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from wire import Message, Wire

HOVER = "textDocument/hover"
MISSING = 'const { f } = Porffor.dlopen("/nowhere.so", { f: { parameters: [], result: "i32" } });'
"""A text with one mistake, FFI202, at the name of the library."""
SERVER = str(Path(sys.executable).with_name("ffi-lsp"))


def error_code(answer: Message) -> int:
    return int(answer["error"]["code"])


def reply(wire: Wire, identity: object) -> Message:
    return wire.until(lambda message: "method" not in message and message["id"] == identity).message


def opened(wire: Wire, uri: str, text: str, version: int = 1) -> None:
    item = {"uri": uri, "languageId": "typescript", "version": version, "text": text}
    wire.notify("textDocument/didOpen", {"textDocument": item})


def changed(wire: Wire, uri: str, version: int, *changes: dict[str, Any]) -> None:
    document = {"uri": uri, "version": version}
    wire.notify("textDocument/didChange", {"textDocument": document, "contentChanges": list(changes)})


def published(wire: Wire) -> dict[str, Any]:
    arrival = wire.until(lambda message: message.get("method") == "textDocument/publishDiagnostics")
    parameters: dict[str, Any] = arrival.message["params"]
    return parameters


def missing_libraries(wire: Wire) -> list[tuple[int, int]]:
    """Line and column of each FFI202 in the next diagnostics."""
    starts = [each["range"]["start"] for each in published(wire)["diagnostics"] if each["code"] == "FFI202"]
    return [(start["line"], start["character"]) for start in starts]


@pytest.fixture
def ready(wire: Wire) -> Iterator[Wire]:
    """A conversation that is initialized, and in which, at the end, each request has had one answer."""
    wire.initialize()
    yield wire
    if wire.process.poll() is None:
        wire.exit()
    answers = Counter(arrival.message["id"] for arrival in wire.arrivals if "method" not in arrival.message)
    assert not [identity for identity, count in answers.items() if count > 1 and identity is not None]


def test_shutdown_and_exit_end_with_zero(ready: Wire) -> None:
    assert ready.exit() == 0


def test_exit_without_shutdown_ends_with_one(ready: Wire) -> None:
    ready.notify("exit")
    assert ready.process.wait(20) == 1


def test_a_closed_stream_ends_the_server(ready: Wire) -> None:
    assert ready.process.stdin is not None
    ready.process.stdin.close()
    assert ready.process.wait(20) == 1


def test_exit_before_initialize_ends_the_server(wire: Wire) -> None:
    wire.notify("exit")
    assert wire.process.wait(20) == 1


def test_a_stream_that_is_no_protocol_ends_the_server_and_is_logged(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w+") as log, Wire([SERVER], stderr=log) as wire:
        wire.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wire.process.wait(20) == 1
        log.seek(0)
        assert "Content-Length" in log.read()


def test_a_request_that_waits_for_news_holds_nothing_up_and_ends_with_the_server(wire: Wire) -> None:
    wire.initialize({"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}})
    waiting = wire.ask("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "t"})
    assert wire.request("workspace/symbol", {"query": "x"}) == []
    shutdown = wire.ask("shutdown")
    answers = {arrival.message["id"]: arrival.message for arrival in (wire.receive(), wire.receive())}
    assert answers[shutdown]["result"] is None
    assert error_code(answers[waiting]) == -32800
    wire.notify("exit")
    assert wire.process.wait(20) == 0


def test_requests_before_initialize_are_refused(wire: Wire) -> None:
    wire.ask(HOVER, {})
    assert error_code(reply(wire, 1)) == -32002


def test_a_second_initialize_is_refused(ready: Wire) -> None:
    request = ready.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    assert error_code(reply(ready, request)) == -32600


def test_requests_after_shutdown_are_refused(ready: Wire) -> None:
    ready.request("shutdown")
    request = ready.ask(HOVER, {"textDocument": {"uri": "file:///a.ts"}, "position": {"line": 0, "character": 0}})
    assert error_code(reply(ready, request)) == -32600
    ready.notify("exit")
    assert ready.process.wait(20) == 0


def test_an_unknown_method_is_refused_and_an_unknown_notification_passed_over(ready: Wire) -> None:
    ready.notify("$/whatever", {"a": 1})
    ready.notify("textDocument/whatever", None)
    assert error_code(reply(ready, ready.ask("textDocument/whatever", {}))) == -32601


@pytest.mark.parametrize(
    "parameters",
    [None, {}, [], "text", {"textDocument": {}}, {"textDocument": {"uri": 1}, "position": {"line": "a"}}],
)
def test_parameters_of_the_wrong_form_are_refused_once(ready: Wire, parameters: object) -> None:
    assert error_code(reply(ready, ready.ask(HOVER, parameters))) in (-32602, -32603)


def test_the_refusal_names_the_field(ready: Wire) -> None:
    answer = reply(ready, ready.ask(HOVER, {"textDocument": {"uri": "file:///a.ts"}, "position": {"line": 1}}))
    assert "character" in answer["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"[" * 100_000, b"17", b"[]", b'{"id": 1}', b'{"jsonrpc": "1.0", "id": 1, "method": "x"}'],
)
def test_a_body_that_is_no_message_is_answered_without_an_id(ready: Wire, body: bytes) -> None:
    ready.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    assert error_code(reply(ready, None)) in (-32700, -32600)


def test_an_id_that_is_none_is_refused(ready: Wire) -> None:
    ready.send({"jsonrpc": "2.0", "id": {"a": 1}, "method": "shutdown"})
    assert error_code(reply(ready, None)) == -32600


def test_cancelling_what_is_answered_or_unknown_changes_nothing(ready: Wire) -> None:
    position = {"textDocument": {"uri": "file:///a.ts"}, "position": {"line": 0, "character": 0}}
    request = ready.ask(HOVER, position)
    ready.notify("$/cancelRequest", {"id": request})
    ready.notify("$/cancelRequest", {"id": 12345})
    assert reply(ready, request)["result"] is None


def test_an_argument_that_looks_like_a_message_is_an_argument(ready: Wire) -> None:
    arguments = {"command": "ffi.quickRun", "arguments": [{"jsonrpc": "2.0", "method": "exit"}]}
    assert error_code(reply(ready, ready.ask("workspace/executeCommand", arguments))) == -32602


def test_answers_come_for_ids_that_are_strings(ready: Wire) -> None:
    position = {"textDocument": {"uri": "file:///a.ts"}, "position": {"line": 0, "character": 0}}
    ready.send({"jsonrpc": "2.0", "id": "seven", "method": HOVER, "params": position})
    assert reply(ready, "seven")["result"] is None


def test_a_large_message_is_read_whole(ready: Wire) -> None:
    uri = "file:///large.ts"
    opened(ready, uri, "// " + "x" * 4_000_000 + "\n" + MISSING)
    assert missing_libraries(ready) == [(1, MISSING.index('"'))]


def test_a_text_beyond_the_limit_is_taken_and_not_judged(ready: Wire) -> None:
    opened(ready, "file:///huge.ts", "// " + "x" * 5_000_000 + "\n" + MISSING)
    assert missing_libraries(ready) == []


def test_many_requests_at_once_are_all_answered(ready: Wire) -> None:
    position = {"textDocument": {"uri": "file:///a.ts"}, "position": {"line": 0, "character": 0}}
    requests = [ready.ask(HOVER, position) for _ in range(500)]
    assert [ready.answer(request) for request in requests] == [None] * 500


def test_changes_of_texts_that_are_not_open_are_passed_over(ready: Wire) -> None:
    changed(ready, "file:///never.ts", 2, {"text": "x"})
    ready.notify("textDocument/didClose", {"textDocument": {"uri": "file:///never.ts"}})
    position = {"textDocument": {"uri": "file:///never.ts"}, "position": {"line": 0, "character": 0}}
    assert ready.request(HOVER, position) is None


def test_of_a_burst_of_edits_the_last_state_is_judged(ready: Wire) -> None:
    uri = "file:///burst.ts"
    opened(ready, uri, "")
    for version in range(2, 40):
        text = MISSING if version == 39 else f"// {version}"
        changed(ready, uri, version, {"text": text})
    while not (seen := missing_libraries(ready)):
        continue
    assert seen == [(0, MISSING.index('"'))]


def test_texts_that_have_no_file_are_judged(ready: Wire) -> None:
    opened(ready, "untitled:Untitled-1", MISSING)
    assert missing_libraries(ready) == [(0, MISSING.index('"'))]
    assert ready.arrivals[-1].message["params"]["uri"] == "untitled:Untitled-1"


def test_closing_takes_the_diagnostics_back(ready: Wire) -> None:
    opened(ready, "file:///a.ts", MISSING)
    assert missing_libraries(ready)
    ready.notify("textDocument/didClose", {"textDocument": {"uri": "file:///a.ts"}})
    assert published(ready) == {"uri": "file:///a.ts", "diagnostics": []}


@pytest.mark.parametrize(
    ("offered", "chosen", "width"),
    [(["utf-8", "utf-16"], "utf-8", 4), (["utf-32"], "utf-32", 1), (None, "utf-16", 2), (["other"], "utf-16", 2)],
)
def test_the_position_encoding_is_the_clients_first_that_is_known(
    wire: Wire, offered: list[str] | None, chosen: str, width: int
) -> None:
    answer = wire.initialize({"general": {"positionEncodings": offered}} if offered else {})
    assert answer["positionEncoding"] == chosen
    opened(wire, "file:///a.ts", f"/*\U0001f600*/{MISSING}")
    assert missing_libraries(wire) == [(0, len("/**/") + width + MISSING.index('"'))]


def test_warnings_go_to_the_log_file_and_refusals_to_the_client_alone(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with Wire([SERVER, "serve", "--log-file", str(log)], stderr=subprocess.PIPE) as wire:
        wire.initialize()
        changed(wire, "file:///never.ts", 2, {"text": "x"})
        assert error_code(reply(wire, wire.ask("workspace/executeCommand", {"command": "ffi.nothing"}))) == -32602
        assert wire.exit() == 0
        assert wire.process.stderr is not None
        assert wire.process.stderr.read() == b""
    assert "never.ts" in log.read_text()
    assert "ffi.nothing" not in log.read_text()


def test_a_log_that_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    command = [SERVER, "serve", "--log-file", str(tmp_path)]
    done = subprocess.run(command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.startswith(f"ffi-lsp: the log {tmp_path} cannot be written: ")
    assert done.stderr.count("\n") == 1


def test_a_stray_print_does_not_break_the_protocol() -> None:
    chatty = """
import os, sys
from ffi_lsp.server import app, main

def did_open(self, params):
    print("Content-Length: 5", flush=True)
    os.write(1, b"hello")
    os.system("echo from a child")

app.Server.did_open = did_open
sys.exit(main())
"""
    with Wire([sys.executable, "-c", chatty], stderr=subprocess.PIPE) as wire:
        wire.initialize()
        opened(wire, "file:///a.ts", "")
        assert wire.exit() == 0
        assert wire.process.stderr is not None
        assert wire.process.stderr.read().split() == b"Content-Length: 5 hellofrom a child".split()
