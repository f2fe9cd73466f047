"""Right code in every style is passed over in silence, and is read all the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ffi_core.dialects import DIALECTS
from ffi_core.model import CallKind
from ffi_lsp.config import Rules, Settings
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.workspace import Snapshot, Workspace

CORPUS = Path(__file__).resolve().parents[1] / "corpus"
EXAMPLES = CORPUS.parents[1] / "examples"
FILES = sorted(path for path in CORPUS.rglob("*.*") if path.name != "README.md")
PROTOTYPES = HeaderPrototypes()


def snapshot(file: Path) -> Snapshot:
    settings = Settings(rules=Rules(hints=False))
    workspace = Workspace(prototypes=PROTOTYPES, follow_imports=True, settings=lambda _: settings)
    return workspace.snapshot(file, file.read_bytes())


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(CORPUS)) for file in FILES])
def test_right_code_is_passed_over_in_silence(file: Path) -> None:
    assert [f"{entry.code} {entry.message}" for entry in snapshot(file).diagnostics] == []


def test_the_corpus_is_read() -> None:
    calls = [call for file in FILES for call in snapshot(file).calls]
    by_dialect = Counter(call.dialect for call in calls)
    assert set(by_dialect) == set(DIALECTS)
    assert {call.kind for call in calls} == set(CallKind)
    declared = [entry for call in calls for entry in call.declarations]
    assert len([entry for entry in declared if entry.declaration is not None]) > 0.8 * len(declared)


def test_what_only_looks_like_bindings_is_none() -> None:
    for name in ("own_dlopen.ts", "routes.ts", "mock.test.ts", "types.d.ts"):
        assert snapshot(CORPUS / "near" / name).calls == ()


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("mistakes.*")))
def test_findings_come_in_the_order_of_the_text(name: str) -> None:
    places = [entry.span.start for entry in snapshot(EXAMPLES / name).diagnostics]
    assert len(places) >= 6
    assert places == sorted(places)
