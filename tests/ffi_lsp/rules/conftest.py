"""The pages of the rules, and the programs on them beside the libraries that they name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_lsp.rules import Rule

Section = Callable[[Rule, str], str]


@pytest.fixture(scope="session")
def section() -> Section:
    """`section(rule, title)` gives what stands under a heading of a rule's page."""

    def find(rule: Rule, title: str) -> str:
        found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", rule.documentation, re.MULTILINE | re.DOTALL)
        assert found, f"{rule.code} has no section {title}"
        return found[1].strip()

    return find


@pytest.fixture
def program(
    section: Section, tmp_path: Path, compile_library: Callable[..., Path]
) -> Callable[[Rule, str], tuple[Path, bytes]]:
    """`program(rule, title)` gives the path and the text of a section's program, in a folder with the library of its C
    block, and with its text blocks as files."""

    def prepare(rule: Rule, title: str) -> tuple[Path, bytes]:
        folder, text = tmp_path / title, section(rule, title)
        folder.mkdir()
        (javascript,) = re.findall(r"```js\n(.*?)```", text, re.DOTALL)
        for source in re.findall(r"```c\n(.*?)```", text, re.DOTALL):
            (name,) = set(re.findall(r'"\./(lib\w+\.so)"', javascript))
            (folder / name).symlink_to(compile_library(source, name))
        for words, content in re.findall(r"```text (\S+)\n(.*?)```", text, re.DOTALL):
            (folder / words).parent.mkdir(parents=True, exist_ok=True)
            (folder / words).write_text(content)
        return folder / "example.ts", javascript.encode()

    return prepare
