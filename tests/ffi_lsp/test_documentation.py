"""The programs that README and docs show pass their own checker."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ffi_lsp.config import Rules, Settings
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(
    r"^```(js|mjs|ts|javascript|typescript|tsx|html|vue|svelte|astro)\b.*\n((?:.*\n)*?)```$", re.MULTILINE
)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "editors").glob("*/README.md"))]
PROGRAMS = [
    pytest.param(page, language, text, id=f"{page.relative_to(ROOT)} {number}")
    for page in PAGES
    for number, (language, text) in enumerate(BLOCK.findall(page.read_text(encoding="utf-8")))
]
SUFFIXES = {"javascript": "mjs", "js": "mjs", "typescript": "ts"}


@pytest.mark.parametrize(("page", "language", "text"), PROGRAMS)
def test_a_program_that_a_page_shows_has_no_findings(page: Path, language: str, text: str) -> None:
    workspace = Workspace(prototypes=HeaderPrototypes(), settings=lambda _: Settings(rules=Rules(hints=False)))
    snapshot = workspace.snapshot(ROOT / f"example.{SUFFIXES.get(language, language)}", text.encode())
    assert [f"{entry.code} {entry.message}" for entry in snapshot.diagnostics] == []


def test_there_are_programs_in_the_pages() -> None:
    assert len(PROGRAMS) >= 2
