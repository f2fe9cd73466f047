"""Other ways to reach the server, whom it watches, and what it says of its work."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from wire import Wire

SERVER = str(Path(sys.executable).with_name("ffi-lsp"))
HOVER = {"textDocument": {"uri": "file:///a.ts"}, "position": {"line": 0, "character": 0}}
PATIENCE = 30


@contextlib.contextmanager
def running(*options: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([SERVER, "serve", *options], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def greet_and_leave(stream: IO[bytes]) -> Any:
    """A whole conversation over a connection; gives the name that the server goes by."""

    def send(**message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        stream.flush()

    def answer(number: int) -> Any:
        while True:
            size = 0
            while (header := stream.readline()) not in (b"\r\n", b""):
                name, _, value = header.partition(b":")
                size = int(value) if name.lower() == b"content-length" else size
            message = json.loads(stream.read(size))
            if message.get("id") == number and "method" not in message:
                return message["result"]

    send(id=1, method="initialize", params={"processId": os.getpid(), "rootUri": None, "capabilities": {}})
    name = answer(1)["serverInfo"]["name"]
    send(method="initialized", params={})
    send(id=2, method="shutdown")
    answer(2)
    send(method="exit")
    return name


@pytest.mark.parametrize("place", ["0", "127.0.0.1:0", "localhost:0"])
def test_a_client_on_the_loopback_is_served(place: str) -> None:
    with running("--tcp", place) as server:
        assert server.stderr is not None
        said = re.search(r"on 127\.0\.0\.1:(\d+)", server.stderr.readline())
        assert said is not None
        with socket.create_connection(("127.0.0.1", int(said[1])), PATIENCE) as connection:
            assert greet_and_leave(connection.makefile("rwb")) == "ffi-lsp"
        assert server.wait(PATIENCE) == 0


def test_a_client_is_served_over_its_pipe(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "pipe"))
        listener.listen()
        listener.settimeout(PATIENCE)
        with running("--pipe", str(tmp_path / "pipe")) as server:
            connection, _ = listener.accept()
            with connection:
                assert greet_and_leave(connection.makefile("rwb")) == "ffi-lsp"
            assert server.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--pipe", "/nowhere/pipe"], "no client at /nowhere/pipe: "),
        (["--tcp", "192.0.2.1:0"], "no client at 192.0.2.1:0: "),
        (["--tcp", "example.org:1"], "is no address; write 127.0.0.1:8765 or 8765"),
        (["--tcp", "port"], "'port' is no port"),
        (["--tcp", "70000"], "'70000' is no port"),
        (["--tcp", "1", "--pipe", "x"], "not allowed with"),
    ],
)
def test_a_client_that_cannot_be_reached_is_said_in_a_line(options: list[str], complaint: str) -> None:
    done = subprocess.run(
        [SERVER, "serve", *options], check=False, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 2
    assert complaint in done.stderr.splitlines()[-1]


def test_a_server_ends_with_the_process_that_it_serves() -> None:
    client = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with Wire([SERVER], stderr=subprocess.DEVNULL) as wire:
            wire.initialize(processId=client.pid)
            assert wire.request("textDocument/hover", HOVER) is None
            client.kill()
            client.wait()
            assert wire.process.wait(PATIENCE) == 1
    finally:
        assert client.stdin is not None
        client.stdin.close()


def test_a_client_whose_process_is_elsewhere_is_served() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with Wire([SERVER], stderr=subprocess.DEVNULL) as wire:
        wire.initialize(processId=gone.pid)
        assert wire.request("textDocument/hover", HOVER) is None
        assert wire.exit() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_without_a_traceback(number: signal.Signals) -> None:
    with Wire([SERVER], stderr=subprocess.PIPE) as wire:
        wire.initialize()
        wire.process.send_signal(number)
        assert wire.process.wait(PATIENCE) == 1
        assert wire.process.stderr is not None
        assert wire.process.stderr.read() == b""


def test_a_trace_has_a_line_a_request_with_its_latency(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with Wire([SERVER, "serve", "--trace", "--log-file", str(log)]) as wire:
        wire.initialize()
        wire.request("textDocument/hover", HOVER)
        wire.answer(wire.ask("workspace/symbol", {"query": ""}))
        assert wire.exit() == 0
    lines = log.read_text().splitlines()
    assert [len([line for line in lines if re.search(rf"request {method} #\d+ \d+\.\d ms$", line)]) for method in (
        "initialize", "textDocument/hover", "workspace/symbol", "shutdown")] == [1, 1, 1, 1]  # fmt: skip


def test_a_client_may_switch_the_trace_on_and_off() -> None:
    with Wire([SERVER]) as wire:
        wire.initialize()
        for value in ("messages", "off"):
            wire.notify("$/setTrace", {"value": value})
            wire.request("textDocument/hover", HOVER)
        assert wire.exit() == 0
        traces = [each.message for each in wire.arrivals if each.message.get("method") == "$/logTrace"]
    assert len([each for each in traces if "textDocument/hover" in each["params"]["message"]]) == 1


def test_warnings_reach_the_client() -> None:
    with Wire([SERVER], stderr=subprocess.DEVNULL) as wire:
        wire.initialize()
        change = {"textDocument": {"uri": "file:///never.ts", "version": 1}, "contentChanges": []}
        wire.notify("textDocument/didChange", change)
        said = wire.until(lambda message: message.get("method") == "window/logMessage").message["params"]
        assert (said["type"], "never.ts" in said["message"]) == (2, True)
        assert wire.exit() == 0
