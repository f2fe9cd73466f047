"""The requests about libraries that a client with a view of them sends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from wire import Wire

if TYPE_CHECKING:
    from conftest import Playground


@pytest.fixture
def ready(wire: Wire, playground: Playground) -> Wire:
    """A conversation about the playground's text, in which one name is misspelt."""
    wire.initialize()
    text = playground.text.replace("seven: {", "sevem: {")
    for uri in (playground.uri, playground.uri.replace("play.ts", "again.ts")):
        item = {"uri": uri, "languageId": "typescript", "version": 1, "text": text}
        wire.notify("textDocument/didOpen", {"textDocument": item})
    return wire


def test_texts_that_open_one_library_share_its_entry(ready: Wire, playground: Playground) -> None:
    (library,) = ready.request("ffi/libraries", {})
    assert library["file"] == str(playground.library.resolve())
    standings = {(symbol["name"], symbol["standing"]) for symbol in library["symbols"]}
    assert {("sevem", "missing"), ("add", "right")} <= standings
    assert {symbol["uri"] for symbol in library["symbols"]} == {
        playground.uri,
        playground.uri.replace("play.ts", "again.ts"),
    }
    assert not playground.mark.exists(), "the library was loaded"


def test_files_that_nobody_has_open_are_among_those_of_the_workspace(wire: Wire, playground: Playground) -> None:
    folder = playground.library.parent / "workspace"
    folder.mkdir()
    (folder / "closed.ts").write_text(playground.text)
    pulls = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}
    wire.request("initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": pulls})
    wire.notify("initialized", {})
    # The answer comes once the workspace was looked through.
    wire.request("workspace/diagnostic", {"previousResultIds": []})
    (library,) = wire.request("ffi/libraries", {})
    assert {symbol["uri"] for symbol in library["symbols"]} == {(folder / "closed.ts").as_uri()}


def test_what_a_library_exports_is_told_for_a_place(ready: Wire, playground: Playground) -> None:
    place = {"textDocument": {"uri": playground.uri}, "position": {"line": 1, "character": 2}}
    found = ready.request("ffi/exports", place)
    assert {"name": "seven", "declared": False} in found["symbols"]
    assert {"name": "add", "declared": True} in found["symbols"]


def test_a_text_that_is_not_open_exports_nothing(ready: Wire) -> None:
    place = {"textDocument": {"uri": "file:///nowhere.ts"}, "position": {"line": 0, "character": 0}}
    assert ready.request("ffi/exports", place) is None


def test_a_request_without_a_place_is_refused_with_what_it_takes(ready: Wire) -> None:
    with pytest.raises(RuntimeError, match="takes textDocument with a uri, and a position"):
        ready.request("ffi/exports", {})


def test_a_chosen_function_is_declared_as_the_header_has_it(wire: Wire, tmp_path: Path) -> None:
    uri = (tmp_path / "bound.ts").as_uri()
    text = 'const { getpid } = Porffor.dlopen("libc.so.6", {\n  getpid: { parameters: [], result: "i32" },\n});\n'
    wire.initialize()
    wire.notify(
        "textDocument/didOpen",
        {"textDocument": {"uri": uri, "languageId": "typescript", "version": 1, "text": text}},
    )
    edit = wire.request("ffi/declare", {"textDocument": {"uri": uri}, "call": 0, "symbol": "getppid"})
    (change,) = edit["changes"][uri]
    assert "getppid: { parameters: []" in change["newText"]


@pytest.mark.parametrize(
    ("symbol", "why"),
    [("add", "is declared already"), ("nothing", "exports no function nothing"), ("seven", "no header")],
)
def test_what_cannot_be_declared_is_refused_with_the_reason(
    ready: Wire, playground: Playground, symbol: str, why: str
) -> None:
    with pytest.raises(RuntimeError, match=why):
        ready.request("ffi/declare", {"textDocument": {"uri": playground.uri}, "call": 0, "symbol": symbol})
