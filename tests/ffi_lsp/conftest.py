"""How the tests of ffi_lsp get a text judged: through the workspace, as the command line and the server do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_lsp.workspace import Snapshot, Workspace

Judge = Callable[..., Snapshot]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """`judge(text, name="example.ts", folder=None)` gives the snapshot of a file that need not exist."""

    def snapshot(text: str | bytes, name: str = "example.ts", folder: Path | None = None) -> Snapshot:
        data = text.encode() if isinstance(text, str) else text
        return Workspace().snapshot((folder or tmp_path) / name, data)

    return snapshot
