"""A world that goes wrong around the server: it answers all the same, and ends as documented."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wire import Wire

SERVER = str(Path(sys.executable).with_name("ffi-lsp"))
PUBLISH = "textDocument/publishDiagnostics"
SHOP = """// ffi-header: shop.h
Deno.dlopen("./libshop.so", { shop_open: { parameters: ["f64"], result: "i32" } });
"""


@pytest.fixture
def shop(compile_library: Callable[..., Path], tmp_path: Path) -> Path:
    """A folder with a library, its header, and the text that binds it with one wrong type."""
    shutil.copy(compile_library("int shop_open(int door) { return door; }"), tmp_path / "libshop.so")
    (tmp_path / "shop.h").write_text("int shop_open(int door);\n")
    return tmp_path


def opened(wire: Wire, file: Path, text: str) -> str:
    item = {"uri": file.as_uri(), "languageId": "typescript", "version": 1, "text": text}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    return file.as_uri()


def hover(uri: str, text: str, word: str) -> dict[str, Any]:
    before = text[: text.index(word) + 1]
    place = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
    return {"textDocument": {"uri": uri}, "position": place}


def until_codes(wire: Wire, codes: list[str]) -> None:
    wire.until(
        lambda message: (
            message.get("method") == PUBLISH and [each["code"] for each in message["params"]["diagnostics"]] == codes
        )
    )


@pytest.mark.parametrize("trouble", ["dies", "hangs"])
def test_a_reader_of_headers_that_dies_or_hangs_delays_nobody(shop: Path, trouble: str) -> None:
    if trouble == "dies":
        (shop / "shop.h").write_text("#pragma clang __debug crash\nint shop_open(int door);\n")
    else:
        os.mkfifo(shop / "never.h")
        (shop / "shop.h").write_text('#include "never.h"\nint shop_open(int door);\n')
    with Wire([SERVER], stderr=subprocess.DEVNULL) as wire:
        wire.initialize()
        uri = opened(wire, shop / "a.ts", SHOP)
        until_codes(wire, [])
        for _ in range(20):
            assert wire.request("textDocument/hover", hover(uri, SHOP, "shop_open:"))
        assert wire.exit() == 0


def test_a_library_that_is_replaced_while_it_is_read_is_known_in_the_end(
    shop: Path, compile_library: Callable[..., Path]
) -> None:
    other = compile_library("int shop_close(int door) { return door; }", "libother.so")
    whole = other.read_bytes()
    with Wire([SERVER], stderr=subprocess.DEVNULL) as wire:
        wire.initialize({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}})
        uri = opened(wire, shop / "a.ts", SHOP)
        changed = {"changes": [{"uri": (shop / "libshop.so").as_uri(), "type": 2}]}
        for size in (0, 10, 64, len(whole) // 3, len(whole) // 2, len(whole) - 1):
            (shop / "libshop.so").write_bytes(whole[:size])
            wire.notify("workspace/didChangeWatchedFiles", changed)
            wire.request("textDocument/hover", hover(uri, SHOP, "shop_open:"))
        (shop / "libshop.so").write_bytes(whole)
        wire.notify("workspace/didChangeWatchedFiles", changed)
        until_codes(wire, ["FFI201"])
        assert wire.exit() == 0


@pytest.mark.parametrize("limit", ["no folder for the cache", "no file may grow"])
def test_a_disk_that_takes_nothing_costs_the_cache_alone(shop: Path, limit: str) -> None:
    (shop / "cache").write_text("in the way")
    command = ["env", f"XDG_CACHE_HOME={shop / 'cache'}", SERVER]
    if limit == "no file may grow":
        command = ["sh", "-c", 'ulimit -f 0; exec "$0" serve', SERVER]
    with Wire(command, stderr=subprocess.DEVNULL) as wire:
        abilities = {"textDocument": {"publishDiagnostics": {"codeDescriptionSupport": True}}}
        wire.initialize(abilities)
        uri = opened(wire, shop / "a.ts", SHOP)
        if limit == "no folder for the cache":
            until_codes(wire, ["FFI302"])
        assert wire.request("textDocument/hover", hover(uri, SHOP, "shop_open:"))
        assert wire.exit() == 0


def test_each_request_has_one_answer_when_the_end_comes_in_the_middle_of_work(wire: Wire, playground: Any) -> None:
    wire.initialize()
    item = {"uri": playground.uri, "languageId": "typescript", "version": 1, "text": playground.text}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    fields = hover(playground.uri, playground.text, "seven: {")
    asked = [wire.ask("textDocument/completion", fields) for _ in range(50)]
    arguments = [{"uri": playground.uri, "symbol": "spin"}]
    asked.append(wire.ask("workspace/executeCommand", {"command": "ffi.quickRun", "arguments": arguments}))
    for request in asked[::3]:
        wire.notify("$/cancelRequest", {"id": request})
    asked.append(wire.ask("shutdown"))
    wire.answer(asked[-1])
    wire.notify("exit")
    assert wire.process.wait(30) == 0
    with contextlib.suppress(EOFError):
        while True:
            wire.receive()
    answered = Counter(each.message["id"] for each in wire.arrivals if "method" not in each.message)
    assert {request: answered[request] for request in asked} == dict.fromkeys(asked, 1)


def test_a_stream_that_ends_in_the_middle_of_work_ends_the_server(wire: Wire, playground: Any) -> None:
    wire.initialize()
    item = {"uri": playground.uri, "languageId": "typescript", "version": 1, "text": playground.text}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    for _ in range(20):
        wire.ask("textDocument/completion", hover(playground.uri, playground.text, "seven: {"))
    assert wire.process.stdin is not None
    wire.process.stdin.close()
    assert wire.process.wait(30) == 1
