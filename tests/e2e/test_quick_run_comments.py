"""What comments say of a run is heeded by the server as it is by the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wire import Wire

SOURCE = """
#include <stdlib.h>
struct counter { int value; };
int counter_open(struct counter **out, int start) {
  *out = malloc(sizeof **out);
  (*out)->value = start;
  return 0;
}
int counter_value(struct counter *counter) { return counter->value; }
int twice(int number) { return 2 * number; }
"""

TEXT = """\
// ffi-setup: handle = out(8); counter_open(handle, 41)
const lib = Deno.dlopen("LIBRARY", {
  counter_open: { parameters: ["buffer", "i32"], result: "i32" },
  // ffi-bench: counter_value(handle)
  counter_value: { parameters: ["pointer"], result: "i32" },
  // ffi-bench: twice(21)
  twice: { parameters: ["i32"], result: "i32" },
});
lib.symbols.twice(1);
"""


@pytest.fixture
def run(wire: Wire, compile_library: Callable[..., Path], tmp_path: Path) -> Any:
    wire.initialize()
    uri = (tmp_path / "counter.ts").as_uri()

    def order(symbol: str, text: str = TEXT, **more: Any) -> dict[str, Any]:
        text = text.replace("LIBRARY", str(compile_library(SOURCE)))
        item = {"uri": uri, "languageId": "typescript", "version": 1, "text": text}
        wire.notify("textDocument/didOpen", {"textDocument": item})
        arguments = [{"uri": uri, "symbol": symbol, **more}]
        request = wire.ask("workspace/executeCommand", {"command": "ffi.quickRun", "arguments": arguments})
        answer: dict[str, Any] = wire.answer(request)
        wire.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        return answer

    yield order
    assert wire.exit() == 0


def test_arguments_come_from_the_comment_above_before_those_of_a_call(run: Any) -> None:
    answer = run("twice")
    assert (answer["status"], answer["result"]) == ("done", 42)
    assert answer["message"].startswith("twice(21) = 42, ")


def test_arguments_of_the_request_come_before_the_comment(run: Any) -> None:
    assert run("twice", arguments=[4])["result"] == 8


def test_the_set_up_makes_what_the_call_is_given(run: Any) -> None:
    answer = run("counter_value")
    assert (answer["status"], answer["result"]) == ("done", 41)
    assert answer["setup"] == ["counter_open(handle, 41) -> 0"]
    assert answer["message"].startswith("counter_value(handle) = 41, ")


def test_a_comment_that_cannot_be_read_is_told(run: Any) -> None:
    answer = run("twice", TEXT.replace("twice(21)", "twice(21"))
    assert answer["status"] == "failed"
    assert "the comment ffi-bench above twice: expected ','" in answer["message"]
