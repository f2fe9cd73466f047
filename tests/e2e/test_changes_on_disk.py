"""A library that appears or changes while its text is open."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wire import Wire

PUBLISH = "textDocument/publishDiagnostics"
WATCHING = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True}}}


def codes(wire: Wire) -> list[str]:
    """What the next diagnostics say about libraries and symbols."""
    arrival = wire.until(lambda message: message.get("method") == PUBLISH)
    return [each["code"] for each in arrival.message["params"]["diagnostics"] if each["code"].startswith("FFI2")]


def watched(wire: Wire) -> list[Any]:
    arrival = wire.until(lambda message: message.get("method") == "client/registerCapability")
    (registration,) = arrival.message["params"]["registrations"]
    assert registration["method"] == "workspace/didChangeWatchedFiles"
    return [watcher["globPattern"] for watcher in registration["registerOptions"]["watchers"]]


def test_a_library_that_appears_and_changes_is_judged_anew(
    wire: Wire, compile_library: Callable[..., Path], tmp_path: Path
) -> None:
    wire.initialize(WATCHING)
    library = tmp_path / "liblate.so"
    text = f'Porffor.dlopen("{library}", {{ late: {{ parameters: [], result: "i32" }} }});'
    item = {"uri": (tmp_path / "a.ts").as_uri(), "languageId": "typescript", "version": 1, "text": text}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    assert codes(wire) == ["FFI202"]
    assert {"baseUri": tmp_path.as_uri(), "pattern": "liblate.so"} in watched(wire)
    changed = {"changes": [{"uri": library.as_uri(), "type": 1}]}

    shutil.copy(compile_library("int early(void) { return 1; }"), library)
    wire.notify("workspace/didChangeWatchedFiles", changed)
    assert codes(wire) == ["FFI201"]

    replacement = tmp_path / "new.so"
    shutil.copy(compile_library("int late(void) { return 1; }"), replacement)
    replacement.replace(library)
    wire.notify("workspace/didChangeWatchedFiles", changed)
    assert codes(wire) == []
    assert wire.exit() == 0


def test_a_client_that_cannot_watch_is_not_asked(wire: Wire, tmp_path: Path) -> None:
    wire.initialize()
    text = 'Porffor.dlopen("/nowhere/lib.so", {});'
    item = {"uri": (tmp_path / "a.ts").as_uri(), "languageId": "typescript", "version": 1, "text": text}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    assert codes(wire) == ["FFI202"]
    assert wire.exit() == 0
    assert not [arrival for arrival in wire.arrivals if arrival.message.get("method") == "client/registerCapability"]
