"""What goes over the wire is what pygls would have sent, byte for byte once it is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lsprotocol import types
from pygls.protocol import default_converter

from ffi_lsp.server.converter import converter
from ffi_lsp.server.protocol import Protocol

if TYPE_CHECKING:
    from conftest import Loopback

Converse = Callable[..., Any]

TEXT = """\
import {{ dlopen }} from "node:ffi";
const {{ add, gone }} = Porffor.dlopen("{library}", {{
  add: {{ parameters: ["i32", "int"], result: "i32" }},
  gone: {{ parameters: [], result: "i32" }},
}});
add(1, 2);
"""


def test_every_answer_is_the_one_that_pygls_would_send(
    tmp_path: Path, compile_library: Callable[..., Path], converse: Converse, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = compile_library("int add(int a, int b) { return a + b; }\nint sub(int a, int b) { return a - b; }")
    uri = (tmp_path / "program.ts").as_uri()
    place = {"textDocument": {"uri": uri}, "position": {"line": 2, "character": 4}}
    everywhere = {"start": {"line": 0, "character": 0}, "end": {"line": 6, "character": 0}}
    asked = {
        "completion": place,
        "hover": place,
        "codeLens": place,
        "documentSymbol": place,
        "documentLink": place,
        "semanticTokens/full": place,
        "codeAction": {**place, "range": everywhere, "context": {"diagnostics": []}},
        "rename": {**place, "newName": "sum"},
    }
    sent: list[Any] = []

    async def talk(loopback: Loopback) -> list[dict[str, Any]]:
        protocol, send = loopback.server.protocol, Protocol._send_data

        def send_and_keep(data: Any) -> None:
            sent.append(data)
            send(protocol, data)

        monkeypatch.setattr(protocol, "_send_data", send_and_keep)
        literals = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}}
        loopback.greet({"textDocument": {"codeAction": literals}})
        loopback.open(uri, TEXT.format(library=library))
        for method, parameters in asked.items():
            assert await loopback.request(f"textDocument/{method}", parameters), method
        await loopback.settled()
        return loopback.written

    written = converse(talk)
    generic = default_converter()
    assert written == [json.loads(json.dumps(data, default=generic.unstructure)) for data in sent]


def test_objects_of_the_protocol_inside_plain_ones_are_written_as_such() -> None:
    made = converter()
    place = types.Position(1, 2)
    told = types.CompletionItem("a", data={"deep": {"place": place, "list": [place]}})
    generic = default_converter().unstructure(told)
    assert json.loads(json.dumps(told, default=made.unstructure)) == generic
