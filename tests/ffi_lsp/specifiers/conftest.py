"""A project's files, and what a specifier means among them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ffi_lsp.imports import ModuleFiles

LayOut = Callable[[Mapping[str, object]], None]
Means = Callable[..., str | None]


@pytest.fixture
def lay_out(tmp_path: Path) -> LayOut:
    """`lay_out({"deno.json": {...}, "a.ts": None})` writes a project: JSON where a value is given, else a module."""

    def write(files: Mapping[str, object]) -> None:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            text = content if isinstance(content, str) else json.dumps(content)
            path.write_text("export const here = 1;" if content is None else text)

    return write


@pytest.fixture
def means(tmp_path: Path) -> Means:
    """`means(specifier, importer="main.ts")` gives the file that is found, named from the project's folder, or None."""

    def find(specifier: str, importer: str = "main.ts") -> str | None:
        found = ModuleFiles().open(tmp_path / importer, specifier)
        return Path(found[0]).relative_to(tmp_path).as_posix() if found is not None else None

    return find
