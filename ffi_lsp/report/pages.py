"""The rules' pages for docs/rules, made from their docstrings."""

from __future__ import annotations

from pathlib import Path

from ffi_lsp.rules import RULES


def pages() -> dict[str, str]:
    """The Markdown files by name: one for each rule, and a list of all."""
    files = {f"{rule.code}.md": rule.page for rule in RULES.values()}
    rows = "".join(
        f"| [{rule.code}]({rule.code}.md) | {rule.name} | {rule.severity} | {rule.summary} |\n"
        for rule in RULES.values()
    )
    head = "# Rules\n\nMade from the rules' docstrings by `ffi-lsp rules --write docs/rules`.\n\n"
    return {"README.md": f"{head}| code | name | severity | finds |\n|---|---|---|---|\n{rows}", **files}


def write(folder: Path) -> None:
    """Write the pages into a folder, which is made where it is missing.

    Raises
    ------
    OSError: it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
