"""Which file a relative specifier means, and that what was read of it stays true."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

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
    now = [0.0]
    workspace = Workspace(lambda: now[0], follow_imports=True)
    for word, codes in (("f64", []), ("double", ["FFI101", "FFI101"]), ("f64", [])):
        now[0] += 1.5
        (folder / "type.ts").write_text(f'export const type = "{word}";')
        assert [entry.code for entry in workspace.snapshot(folder / "main.ts", text).diagnostics] == codes


def test_a_keystroke_looks_at_no_module_until_a_second_has_passed_or_somebody_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, looks = [0.0], []
    files = ModuleFiles(clock=lambda: now[0])
    (folder / "tsconfig.json").write_text('{ "compilerOptions": { "paths": { "~/*": ["./*"] } } }')
    for name in ("is_file", "stat", "open"):
        original = getattr(Path, name)

        def watched(path: Path, *words: Any, _original: Any = original, **more: Any) -> Any:
            looks.append(path)
            return _original(path, *words, **more)

        monkeypatch.setattr(Path, name, watched)

    def looks_of_another_keystroke() -> int:
        looks.clear()
        assert files.open(folder / "main.ts", "./deep") is not None
        assert files.open(folder / "main.ts", "~/deep") is not None
        return len(looks)

    assert looks_of_another_keystroke() > 0
    now[0] += 0.9
    assert looks_of_another_keystroke() == 0
    files.look_again()
    assert looks_of_another_keystroke() > 0
    now[0] += 1.1
    assert looks_of_another_keystroke() > 0


def test_every_file_that_decides_where_a_specifier_leads_is_named(folder: Path) -> None:
    (folder / "base.json").write_text('{ "compilerOptions": { "paths": { "~/*": ["./absent/*", "./deep/*"] } } }')
    (folder / "tsconfig.json").write_text('{ "extends": "./base" }')
    looked_at: set[Path] = set()
    found = ModuleFiles().open(folder / "deep" / "main.ts", "~/index", looked_at)
    assert found is not None
    named = {os.path.relpath(path, folder) for path in looked_at}
    assert {"deep/tsconfig.json", "tsconfig.json", "base.json", "absent/index.ts", "deep/index.ts"} <= named
    assert {"deep/deno.json", "deno.jsonc"} <= named


@pytest.mark.parametrize(
    ("config", "specifier", "file"),
    [
        ('{ "paths": { "@/*": ["./*"] } }', "@/a", "a.ts"),
        ('{ "paths": { "@/*": ["./*"] } }', "@/deep", "deep/index.ts"),
        ('{ "paths": { "lib": ["./b.js"] } }', "lib", "b.js"),
        ('{ "paths": { "*": ["./absent/*", "./deep/*", "./*"] } }', "a", "a.ts"),
        ('{ "paths": { "x/*": ["./absent/*"], "x/deep/*": ["./deep/*"] } }', "x/deep/index", "deep/index.ts"),
        ('{ "paths": { "*-lib": ["./*"] } }', "a-lib", "a.ts"),
        ('{ "baseUrl": "." }', "deep/index", "deep/index.ts"),
        ('{ "baseUrl": "./deep", "paths": { "here": ["index"] } }', "here", "deep/index.ts"),
        ('{ /* a "comment" */ "paths": { "//x": ["./a.ts",], }, } // and another', "//x", "a.ts"),
    ],
)
def test_a_projects_paths_are_followed(config: str, specifier: str, file: str, folder: Path) -> None:
    (folder / "tsconfig.json").write_text(f'{{ "compilerOptions": {config}\n}}')
    found = ModuleFiles().open(folder / "main.ts", specifier)
    assert found is not None
    assert found[0] == folder / file


@pytest.mark.parametrize(
    "extended",
    ['"../base.json"', '"../base"', '["../base.json"]', '["../base.json", "./absent.json", "./tsconfig.json"]'],
)
def test_paths_are_inherited_and_start_where_they_are_written(extended: str, folder: Path) -> None:
    (folder / "base.json").write_text('{ "compilerOptions": { "paths": { "~/*": ["./*"] } } }')
    (folder / "deep" / "tsconfig.json").write_text(f'{{ "extends": {extended} }}')
    found = ModuleFiles().open(folder / "deep" / "main.ts", "~/a")
    assert found is not None
    assert found[0] == folder / "a.ts"


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"compilerOptions": 3}', '{"compilerOptions": {"paths": 1, "baseUrl": 2}}', "[" * 100_000, "\0",
     '{"compilerOptions": {"paths": {"*": "x", "a*b*": ["c"], "d": [3]}}}', '{"extends": "./tsconfig.json"}',
     '{"extends": ["./a\\u0000", "@tsconfig/node20", 3, "", "..", "@", "\\ud800"]}'],
)  # fmt: skip
def test_a_configuration_that_maps_nothing_leads_nowhere(text: str, folder: Path) -> None:
    (folder / "tsconfig.json").write_text(text)
    assert ModuleFiles().open(folder / "main.ts", "d") is None


def test_a_mapping_that_changes_is_read_again(folder: Path) -> None:
    now = [0.0]
    files = ModuleFiles(clock=lambda: now[0])
    (folder / "base.json").write_text("{}")
    (folder / "tsconfig.json").write_text('{ "extends": "./base.json" }')
    assert files.open(folder / "main.ts", "~/a") is None
    (folder / "base.json").write_text('{ "compilerOptions": { "paths": { "~/*": ["./*"] } } }')
    now[0] += 1.5
    assert files.open(folder / "main.ts", "~/a") is not None


def test_imports_are_followed_only_where_that_is_asked_for(folder: Path) -> None:
    (folder / "type.ts").write_text('export const type = "double";')
    text = b'import { type } from "./type"; Deno.dlopen("libm.so.6", { cos: { parameters: [type], result: type } });'
    assert Workspace().snapshot(folder / "main.ts", text).diagnostics == ()


@pytest.mark.parametrize(
    "clause",
    [
        'import schema from "./schema.json" with { type: "json" };',
        'import { default as schema } from "./schema.json";',
        'const schema = require("./schema.json");',
        'import all = require("./schema.json"); const schema = { ...all };',
        'import { schema } from "./passes-on";',
    ],
)
def test_data_is_a_module(clause: str, folder: Path) -> None:
    (folder / "passes-on.ts").write_text('export { default as schema } from "./schema.json";')
    data = '{ "cos": { "parameters": ["f64"], "result": "double" } }\n'
    text = f'{clause} Deno.dlopen("libm.so.6", schema);'.encode()
    for mark in ("", "\ufeff"):
        (folder / "schema.json").write_text(mark + data)
        workspace = Workspace(follow_imports=True)
        assert [entry.code for entry in workspace.snapshot(folder / "main.ts", text).diagnostics] == ["FFI101"]


@pytest.mark.parametrize("data", ["", "{", "{ cos: 1", "3", '"x"', "[]", "} ; while (1) {", "\0", "[" * 50_000])
def test_damaged_data_is_judged_by_nobody(data: str, folder: Path) -> None:
    (folder / "schema.json").write_text(data)
    text = b'import schema from "./schema.json"; Deno.dlopen("libm.so.6", { cos: schema.cos, ...schema });'
    found = Workspace(follow_imports=True).snapshot(folder / "main.ts", text)
    assert found.diagnostics == ()
    assert folder / "schema.json" in found.modules


@pytest.mark.parametrize(
    "config",
    [
        {"compilerOptions": {"paths": {"*": ["./absent/*"] * 50_000}}},
        {"extends": [f"absent{number}" for number in range(50_000)]},
        {"extends": [f"./absent{number}" for number in range(50_000)]},
    ],
    ids=["targets", "packages", "files"],
)
def test_a_configuration_cannot_have_more_looked_at_than_a_project_needs(config: object, folder: Path) -> None:
    (folder / "tsconfig.json").write_text(json.dumps(config))
    looked_at: set[Path] = set()
    assert ModuleFiles().open(folder / "main.ts", "d", looked_at) is None
    assert len(looked_at) < 3000
