"""What is made beforehand: whoever asks first waits no longer than whoever asks next."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cattrs.gen
import pytest

from ffi_lsp.server.warming import warm_up

if TYPE_CHECKING:
    from conftest import Loopback

ASKED = ("hover", "completion", "codeLens", "documentSymbol", "documentLink", "semanticTokens/full", "signatureHelp")


def test_the_first_question_of_a_kind_finds_the_code_that_reads_and_writes_it(
    compile_library: Callable[..., Path], converse: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    library = compile_library("int add(int a, int b) { return a + b; }\nint sub(int a, int b) { return a - b; }")
    schema = '{ add: { parameters: ["i32", "i32"], result: "i32" }, gone: { parameters: [], result: "i32" } }'
    text = f'const {{ add }} = Porffor.dlopen("{library}", {schema});\nadd(1, 2);\n'
    made: list[type] = []

    def recorded(make: Callable[..., Any]) -> Callable[..., Any]:
        def remember_and_make(cls: type, *arguments: Any, **more: Any) -> Any:
            made.append(cls)
            return make(cls, *arguments, **more)

        return remember_and_make

    async def talk(loopback: Loopback) -> None:
        loopback.greet()
        await warm_up(loopback.server.protocol)
        for name in ("make_dict_structure_fn", "make_dict_unstructure_fn"):
            monkeypatch.setattr(cattrs.gen, name, recorded(getattr(cattrs.gen, name)))
        uri = "file:///program.ts"
        loopback.open(uri, text)
        place = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": text.index("add:")}}
        call = {**place, "position": {"line": 1, "character": 4}}
        for method in ASKED:
            assert await loopback.request(f"textDocument/{method}", call if method == "signatureHelp" else place), (
                method
            )
        loopback.change(uri, {"range": {"start": call["position"], "end": call["position"]}, "text": " "})
        await loopback.settled()
        assert loopback.published(uri)

    converse(talk)
    assert made == []
