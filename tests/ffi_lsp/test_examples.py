"""The examples: each planted mistake is found and nothing else, and the right programs are clean."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ffi_core.library import locate
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.workspace import Workspace

EXAMPLES = Path(__file__).parents[2] / "examples"
PLANTED = re.compile(r"// (FFI\d{3}):")


def findings(name: str) -> list[tuple[int, str]]:
    path = EXAMPLES / name
    workspace = Workspace(prototypes=HeaderPrototypes(), follow_imports=True)
    snapshot = workspace.snapshot(path, path.read_bytes())
    return [(snapshot.text.position(entry.span.start)[0] + 1, entry.code) for entry in snapshot.diagnostics]


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("mistakes*")))
def test_each_planted_mistake_is_found_and_nothing_else(name: str) -> None:
    text = (EXAMPLES / name).read_text()
    if "libsqlite3.so.0" in text and locate("libsqlite3.so.0").path is None:
        pytest.skip("the example speaks of sqlite, which is not here")
    planted = [
        (number, match[1]) for number, line in enumerate(text.splitlines(), 1) if (match := PLANTED.search(line))
    ]
    assert len(planted) >= 6
    assert sorted(set(findings(name))) == planted


@pytest.mark.parametrize(("name", "library"), [("sqlite.porf.ts", "libsqlite3.so.0"), ("math.porf.ts", "libm.so.6")])
def test_the_right_programs_are_clean(name: str, library: str) -> None:
    if locate(library).path is None:
        pytest.skip(f"the example speaks of {library}, which is not here")
    assert findings(name) == []
