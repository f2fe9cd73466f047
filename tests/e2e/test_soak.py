"""A long afternoon of typing: the server's memory stays where it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from wire import Wire

EDITS = 4000


def resident(wire: Wire) -> int:
    status = Path(f"/proc/{wire.process.pid}/status")
    if not status.exists():
        pytest.skip("the system does not tell what a process holds in memory")
    return next(int(row.split()[1]) for row in status.read_text().splitlines() if row.startswith("VmRSS"))


def test_memory_does_not_grow_with_edits(wire: Wire, playground: Any) -> None:
    wire.initialize({"textDocument": {"publishDiagnostics": {"versionSupport": True}}})
    item = {"uri": playground.uri, "languageId": "typescript", "version": 0, "text": playground.text}
    wire.notify("textDocument/didOpen", {"textDocument": item})
    sizes = []
    for edit in range(EDITS):
        here = {"line": 1 + edit // 2 % 7, "character": 10}
        there = {**here, "character": 10 + edit % 2}
        change = {"range": {"start": here, "end": there}, "text": "" if edit % 2 else "x"}
        document = {"uri": playground.uri, "version": edit + 1}
        wire.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        if edit % 10 == 0:
            position = {"textDocument": {"uri": playground.uri}, "position": here}
            wire.request("textDocument/completion", position)
        if edit in (EDITS // 4, EDITS - 1):
            wire.until(lambda message, version=edit + 1: message.get("params", {}).get("version") == version)
            sizes.append(resident(wire))
            wire.arrivals.clear()
    assert sizes[1] < 1.05 * sizes[0]
    assert wire.exit() == 0
