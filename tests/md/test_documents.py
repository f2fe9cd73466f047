"""Runs the documents beside this file: Markdown in which each heading is a test. README.md says how to write one."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ffi_lsp.config import Rules, Settings
from ffi_lsp.diagnostic import Diagnostic
from ffi_lsp.fixing import apply_fix, apply_safe_fixes
from ffi_lsp.prototypes import HeaderPrototypes
from ffi_lsp.workspace import Snapshot, Workspace

PROTOTYPES = HeaderPrototypes()
FOLDER = Path(__file__).parent
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
BLOCK = re.compile(r"^```(\S*) ?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
ASSERTION = re.compile(r'// (error|warning|information|hint): \[(FFI\d{3})\](?: "([^"\n]*)")?')
LANGUAGES = {"ts", "js", "tsx", "jsx", "mts", "cts", "mjs", "cjs", "html", "vue", "svelte", "astro"}


@dataclass
class Section:
    """One test: what stands below one heading."""

    title: str
    libraries: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    fixed: dict[str, tuple[str, str]] = field(default_factory=dict)
    hints: bool = False


def sections(document: Path) -> list[Section]:
    text = document.read_text(encoding="utf-8")
    starts = [*HEADING.finditer(BLOCK.sub(lambda block: " " * len(block[0]), text))]
    ends = [*(match.start() for match in starts[1:]), len(text)]
    found = [section(match[1], text[match.end() : end]) for match, end in zip(starts, ends, strict=True)]
    return [entry for entry in found if entry.sources]


def section(title: str, text: str) -> Section:
    made = Section(title)
    for language, words, body in BLOCK.findall(text):
        name = next((word for word in words.split() if "." in word), f"example.{language}")
        if language == "c":
            made.libraries[name] = body
        elif language == "text":
            made.files[name] = body
        elif language in LANGUAGES and "fixed" in words.split():
            made.fixed[name] = (body, "unsafe" if "unsafe" in words.split() else "safe")
        else:
            assert language in LANGUAGES, f"{title}: what is a block of {language or 'no language'}?"
            made.sources[name] = body
            made.hints = made.hints or "hints" in words.split()
    return made


CASES = [
    pytest.param(entry, id=f"{document.stem}: {entry.title}")
    for document in sorted(FOLDER.glob("*.md"))
    if document.stem != "README"
    for entry in sections(document)
]


def expectations(text: str) -> list[tuple[int, str, str, str]]:
    """Line (0-based), severity, code and words of each assertion; one that stands alone means the next code line."""
    found, waiting = [], []
    for number, line in enumerate(text.splitlines()):
        here = [match.groups(default="") for match in ASSERTION.finditer(line)]
        if here and not line.split("//")[0].strip():
            waiting += here
            continue
        found += [(number, *entry) for entry in [*waiting, *here]]
        waiting = []
    assert not waiting, "an assertion stands behind the last line"
    return found


def without_assertions(text: str) -> str:
    lines = [line for line in text.splitlines() if not re.fullmatch(rf"\s*(?:{ASSERTION.pattern}\s*)+", line)]
    return "\n".join(ASSERTION.sub("", line).rstrip() for line in lines)


def workspace_for(case: Section) -> Workspace:
    settings = Settings(rules=Rules(hints=case.hints))
    return Workspace(prototypes=PROTOTYPES, follow_imports=True, settings=lambda _: settings)


def describe(snapshot: Snapshot, found: Diagnostic) -> str:
    line = snapshot.text.position(found.span.start)[0] + 1
    return f"line {line}: {found.severity}: [{found.code}] {found.message}"


@pytest.fixture
def folder_of(tmp_path: Path, compile_library: Callable[..., Path]) -> Callable[[Section], Path]:
    def prepare(case: Section) -> Path:
        for name, source in case.libraries.items():
            (tmp_path / name).symlink_to(compile_library(source, name))
        for name, text in case.files.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return prepare


@pytest.mark.parametrize("case", CASES)
def test_the_document_is_true(case: Section, folder_of: Callable[[Section], Path]) -> None:
    folder = folder_of(case)
    workspace = workspace_for(case)
    for name, text in case.sources.items():
        snapshot = workspace.snapshot(folder / name, text.encode())
        left = list(snapshot.diagnostics)
        for line, severity, code, words in expectations(text):
            match = next(
                (
                    entry
                    for entry in left
                    if (snapshot.text.position(entry.span.start)[0], entry.severity, entry.code)
                    == (line, severity, code)
                    and words in entry.message
                ),
                None,
            )
            seen = "\n".join(describe(snapshot, entry) for entry in snapshot.diagnostics) or "nothing"
            assert match, f"line {line + 1} should have {severity} [{code}] {words!r}; there is\n{seen}"
            left.remove(match)
        assert not left, "not expected:\n" + "\n".join(describe(snapshot, entry) for entry in left)


@pytest.mark.parametrize("case", [case for case in CASES if case.values[0].fixed])  # type: ignore[union-attr]
def test_the_fixes_give_the_text_that_is_shown(case: Section, folder_of: Callable[[Section], Path]) -> None:
    folder = folder_of(case)
    workspace = workspace_for(case)
    for name, (fixed, kind) in case.fixed.items():
        data = case.sources[name].encode()
        for _ in range(20):
            found = workspace.snapshot(folder / name, data).diagnostics
            if kind == "safe":
                data, made = apply_safe_fixes(data, found)
            else:
                first = next((entry.fixes[0] for entry in found if entry.fixes), None)
                data, made = (apply_fix(data, first), 1) if first else (data, 0)
            if not made:
                break
        assert without_assertions(data.decode()) == without_assertions(fixed)


def test_every_rule_has_its_document() -> None:
    from ffi_lsp.rules import RULES

    written = {document.stem for document in FOLDER.glob("*.md")}
    assert {f"{rule.code}-{rule.name}" for rule in RULES.values()} <= written
