"""Which file a relative specifier means, and that what was read of it stays true."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ffi_lsp.imports import ModuleFiles
from ffi_lsp.workspace import Workspace


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.ts", "b.js", "c.mts", "deep/index.ts", "d.test.ts", "e.ts", "e.js"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("export const f = 1;")
    os.mkfifo(tmp_path / "pipe.ts")
    (tmp_path / "loop.ts").symlink_to(tmp_path / "loop.ts")
    return tmp_path


@pytest.mark.parametrize(
    ("specifier", "file"),
    [
        ("./a.ts", "a.ts"),
        ("./a", "a.ts"),
        ("./a.js", "a.ts"),
        ("./b", "b.js"),
        ("./c.mjs", "c.mts"),
        ("./deep", "deep/index.ts"),
        ("./deep/../a", "a.ts"),
        ("./d.test", "d.test.ts"),
        ("./e.js", "e.js"),
        ("./e", "e.ts"),
    ],
)
def test_a_specifier_means_what_bundlers_and_typescript_take_it_for(specifier: str, file: str, folder: Path) -> None:
    found = ModuleFiles().open(folder / "main.ts", specifier)
    assert found is not None
    assert found[0] == folder / file


@pytest.mark.parametrize(
    "specifier", ["a", "node:fs", "/a", "./absent", "./pipe.ts", "./loop", "./\0", "./" * 5000, ".."]
)
def test_what_leads_to_no_file_is_not_known(specifier: str, folder: Path) -> None:
    assert ModuleFiles().open(folder / "main.ts", specifier) is None


def test_a_module_that_changes_is_read_again(folder: Path) -> None:
    text = b'import { type } from "./type"; Deno.dlopen("libm.so.6", { cos: { parameters: [type], result: type } });'
    workspace = Workspace(follow_imports=True)
    for word, codes in (("f64", []), ("double", ["FFI101", "FFI101"]), ("f64", [])):
        (folder / "type.ts").write_text(f'export const type = "{word}";')
        assert [entry.code for entry in workspace.snapshot(folder / "main.ts", text).diagnostics] == codes


def test_imports_are_followed_only_where_that_is_asked_for(folder: Path) -> None:
    (folder / "type.ts").write_text('export const type = "double";')
    text = b'import { type } from "./type"; Deno.dlopen("libm.so.6", { cos: { parameters: [type], result: type } });'
    assert Workspace().snapshot(folder / "main.ts", text).diagnostics == ()
