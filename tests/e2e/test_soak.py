"""A long afternoon of typing: the server's memory stays where it was. `make soak` types twenty times as long."""

from __future__ import annotations

from typing import Any

import pytest
from lsp_soak import afternoon
from wire import Wire

EDITS = 5000


def test_memory_does_not_grow_with_edits(wire: Wire, playground: Any) -> None:
    wire.initialize()
    found = afternoon(wire, playground.uri, playground.text, EDITS)
    if found.half is None:
        pytest.skip("the system does not tell what a process holds in memory")
    assert found.growth < 0.05, found
    assert wire.exit() == 0
