"""A language client as small as can be: messages over the standard streams of a server process, with arrival times.

For measuring, and for tests that must see every byte. It knows JSON-RPC, not the protocol's types.
"""

from __future__ import annotations

import io
import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Message = dict[str, Any]


@dataclass(frozen=True)
class Arrival:
    """A message from the server and when it had been read whole (`time.perf_counter`)."""

    message: Message
    at: float


@dataclass
class Wire:
    """One server process and the conversation with it.

    Parameters
    ----------
    command: how the server is started.
    patience: seconds to wait for an answer before TimeoutError.
    stderr: as `subprocess.Popen` takes it.
    """

    command: Sequence[str]
    patience: float = 20.0
    stderr: Any = None
    replies: dict[str, Any] = field(default_factory=dict)
    """What requests of the server are answered with, by method; null where nothing stands here."""
    arrivals: list[Arrival] = field(default_factory=list)
    """Every message that `receive` has given, in order."""

    def __post_init__(self) -> None:
        self.started = time.perf_counter()
        pipe = subprocess.PIPE
        # An installed server has its bytecode beside it; one that may write none compiles itself at each start.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        self.process = subprocess.Popen(
            self.command, stdin=pipe, stdout=pipe, stderr=self.stderr, bufsize=0, env=environment
        )
        self._incoming: queue.Queue[Arrival | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._last_id = 0
        self.last_sent = self.started
        """When the last message was written (`time.perf_counter`)."""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join(self.patience)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self.process.stdin is not None
        rest = memoryview(data)
        while rest:
            rest = rest[self.process.stdin.write(rest) :]

    def send(self, message: Message | Sequence[Any]) -> float:
        """Send one message; gives the time just before it was written."""
        body = json.dumps(message).encode()
        at = self.last_sent = time.perf_counter()
        self.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        return at

    def notify(self, method: str, params: Any = None) -> float:
        """Send a notification; gives the time just before it was written."""
        return self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: Any = None) -> int:
        """Send a request without waiting; gives its id."""
        self._last_id += 1
        self.send({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params})
        return self._last_id

    def request(self, method: str, params: Any = None) -> Any:
        """Send a request and wait for its result; RuntimeError where the server answers with an error."""
        return self.answer(self.ask(method, params))

    def answer(self, request: int) -> Any:
        """Wait for the result of a request that `ask` sent; RuntimeError where it is an error."""
        message = self.until(lambda message: message.get("id") == request and "method" not in message).message
        if "error" in message:
            raise RuntimeError(message["error"])
        return message["result"]

    def until(self, wanted: Callable[[Message], bool], *, reply: bool = True) -> Arrival:
        """The next message for which `wanted` is true; requests of the server are answered on the way, see `replies`.

        Without `reply` they are not.
        """
        while True:
            arrival = self.receive(reply=reply)
            if wanted(arrival.message):
                return arrival

    def receive(self, *, reply: bool = True) -> Arrival:
        """The next message; EOFError where the server has closed its end, TimeoutError where none comes."""
        try:
            arrival = self._incoming.get(timeout=self.patience)
        except queue.Empty:
            raise TimeoutError(f"no message within {self.patience:g} s") from None
        if arrival is None:
            raise EOFError("the server has ended")
        self.arrivals.append(arrival)
        if reply and "id" in arrival.message and "method" in arrival.message:
            result = self.replies.get(arrival.message["method"])
            self.send({"jsonrpc": "2.0", "id": arrival.message["id"], "result": result})
        return arrival

    def initialize(self, capabilities: Message | None = None, **more: Any) -> Message:
        """Shake hands; gives the server's capabilities."""
        answer = self.request(
            "initialize", {"processId": None, "rootUri": None, "capabilities": capabilities or {}, **more}
        )
        self.notify("initialized", {})
        return answer["capabilities"]

    def exit(self) -> int:
        """Say goodbye in the right order; gives the server's exit code."""
        self.request("shutdown")
        self.notify("exit")
        return self.process.wait(self.patience)

    def _read(self) -> None:
        assert isinstance(self.process.stdout, io.RawIOBase)
        stream = io.BufferedReader(self.process.stdout)
        size = 0
        while header := stream.readline():
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                size = int(value)
            elif header == b"\r\n":
                self._incoming.put(Arrival(json.loads(stream.read(size)), time.perf_counter()))
        stream.detach()
        self._incoming.put(None)
