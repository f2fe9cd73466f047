"""Packages of a project; that runtimes take them the same way is asked in tests/e2e/test_module_resolution.py."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ffi_lsp.imports import ModuleFiles
from ffi_lsp.specifiers.packages import split

LayOut = Callable[[Mapping[str, object]], None]
Means = Callable[..., "str | None"]
Link = Callable[[str, str], None]


@pytest.mark.parametrize(
    ("specifier", "parts"),
    [
        ("name", ("name", ".")), ("name/a/b.js", ("name", "./a/b.js")), ("@s/name", ("@s/name", ".")),
        ("@s/name/a", ("@s/name", "./a")), ("@s", None), ("@s/", None), ("", None), ("./a", None), ("/a", None),
        ("node:fs", None), ("npm:a/b", None), ("a%2fb", None), ("a\\b", None), ("_a", None),
    ],
)  # fmt: skip
def test_a_specifier_is_a_name_and_a_part(specifier: str, parts: tuple[str, str] | None) -> None:
    assert split(specifier) == parts


@pytest.fixture
def link(tmp_path: Path) -> Link:
    """`link(name, folder)` links a folder of the project into its node_modules."""

    def make(name: str, folder: str) -> None:
        place = tmp_path / "node_modules" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(tmp_path / folder)

    return make


def test_an_installed_package_is_not_looked_into(lay_out: LayOut, means: Means, link: Link) -> None:
    lay_out({
        "node_modules/installed/package.json": {"main": "./index.js"}, "node_modules/installed/index.js": None,
        "node_modules/.store/kept/package.json": {"main": "./index.js"}, "node_modules/.store/kept/index.js": None,
        "linked/package.json": {"main": "./index.js"}, "linked/index.js": None,
    })  # fmt: skip
    link("kept", "node_modules/.store/kept")
    link("linked", "linked")
    assert [means(name) for name in ("installed", "kept", "linked")] == [None, None, "linked/index.js"]


def test_a_source_that_is_not_built_yet_is_found_where_the_compiler_takes_it_from(
    lay_out: LayOut, means: Means, link: Link
) -> None:
    lay_out({
        "lib/package.json": {"exports": {".": {"types": "./dist/index.d.ts", "default": "./dist/index.js"}}},
        "lib/tsconfig.json": {"compilerOptions": {"outDir": "dist", "rootDir": "./src"}},
        "lib/src/index.ts": None,
        "old/package.json": {"main": "lib/main.js", "source": "./sources/main.ts"}, "old/sources/main.ts": None,
        "typed/package.json": {"exports": {"types": "./src/index.ts", "default": "./absent.js"}},
        "typed/src/index.ts": None,
    })  # fmt: skip
    for name in ("lib", "old", "typed"):
        link(name, name)
    assert [means(name) for name in ("lib", "old", "typed")] == ["lib/src/index.ts", "old/sources/main.ts",
                                                                 "typed/src/index.ts"]  # fmt: skip
    lay_out({"lib/dist/index.js": None})
    assert means("lib") == "lib/dist/index.js"


@pytest.mark.parametrize(
    ("config", "output", "source"),
    [
        ({"include": ["src"]}, "dist/index.js", "src/index.ts"),
        ({"include": ["./src/"]}, "dist/inner/x.js", "src/inner/x.ts"),
        ({"include": ["src/**/*.ts", "test"]}, "dist/src/index.js", "src/index.ts"),
        ({"include": ["src/inner"]}, "dist/x.js", "src/inner/x.ts"),
        ({"files": ["src/index.ts"]}, "dist/index.js", "src/index.ts"),
        ({"include": ["src"], "compilerOptions": {"outDir": "dist", "composite": True}}, "dist/src/index.js",
         "src/index.ts"),
        ({"include": ["src"]}, "dist/src/index.js", None),
        ({"include": ["src"]}, "lib/index.js", None),
        ({"include": 3, "files": [3]}, "dist/index.js", None),
        ({"include": ["\0", "/"]}, "dist/index.js", None),
        ({}, "dist/src/index.js", None),
    ],
)  # fmt: skip
def test_the_compiler_writes_as_deep_as_the_inputs_share_a_folder(
    config: dict[str, object], output: str, source: str | None, lay_out: LayOut, means: Means, link: Link
) -> None:
    lay_out({
        "lib/package.json": {"exports": f"./{output}"}, "lib/src/index.ts": None, "lib/src/inner/x.ts": None,
        "lib/test/t.ts": None, "lib/tsconfig.json": {"compilerOptions": {"outDir": "./dist"}, **config},
    })  # fmt: skip
    link("lib", "lib")
    assert means("lib") == (f"lib/{source}" if source is not None else None)


def test_a_program_that_requires_takes_what_is_for_it(lay_out: LayOut, means: Means, link: Link) -> None:
    lay_out({
        "lib/package.json": {"exports": {"import": "./a.mjs", "require": "./a.cjs"}}, "lib/a.mjs": None,
        "lib/a.cjs": None,
    })  # fmt: skip
    link("lib", "lib")
    assert [means("lib", name) for name in ("main.mts", "main.cts", "main.ts")] == ["lib/a.mjs", "lib/a.cjs",
                                                                                    "lib/a.mjs"]  # fmt: skip


@pytest.mark.parametrize(
    "manifest",
    [
        "", "[]", "{", {"exports": 3}, {"exports": {".": 3}}, {"exports": []}, {"exports": {".": [None, 3]}},
        {"exports": "../main.ts"}, {"exports": "./../main.ts"}, {"exports": "./node_modules/x.ts"},
        {"exports": "main.ts"}, {"exports": "/main.ts"}, {"exports": "./\0"}, {"exports": "./\ud800"},
        {"exports": {"default": {"default": {"default": None}}}}, {"main": 3}, {"main": "./absent.js"}, {"main": ""},
        '{"exports": ' + '{"default": ' * 400 + '"./main.ts"' + "}" * 401,
    ],
)  # fmt: skip
def test_a_damaged_manifest_leads_nowhere(manifest: object, lay_out: LayOut, means: Means, link: Link) -> None:
    lay_out({"lib/package.json": manifest, "main.ts": None, "lib/main.ts": None})
    link("lib", "lib")
    assert means("lib") is None
    assert means("#a", "lib/main.ts") is None


def test_links_that_lead_in_a_circle_or_to_what_is_no_package_lead_nowhere(
    lay_out: LayOut, means: Means, link: Link, tmp_path: Path
) -> None:
    link("circle", "node_modules/circle")
    link("absent", "absent")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "package.json").symlink_to(tmp_path / "pipe")
    link("odd", "odd")
    (tmp_path / "large").mkdir()
    (tmp_path / "large" / "package.json").write_text(f'{{"main": "../main.ts"{" " * (2 << 20)}}}')
    link("large", "large")
    lay_out({"main.ts": None})
    assert [means(name) for name in ("circle", "absent", "odd", "large")] == [None] * 4


def test_a_manifest_is_named_by_the_path_at_which_it_is_edited(lay_out: LayOut, link: Link, tmp_path: Path) -> None:
    lay_out({"lib/package.json": {"main": "a.ts"}, "lib/a.ts": None})
    link("lib", "lib")
    looked_at: set[Path] = set()
    assert ModuleFiles().open(tmp_path / "app" / "main.ts", "lib", looked_at) is not None
    assert looked_at >= {
        tmp_path / "lib/package.json", tmp_path / "lib/a.ts", tmp_path / "node_modules/lib/package.json",
        tmp_path / "app/node_modules/lib/package.json",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("extended", "files"),
    [
        ("@tsconfig/base/tsconfig.json", {"@tsconfig/base/tsconfig.json": "PATHS"}),
        ("@tsconfig/base/tsconfig", {"@tsconfig/base/tsconfig.json": "PATHS"}),
        ("@tsconfig/base", {"@tsconfig/base/tsconfig.json": "PATHS", "@tsconfig/base/package.json": {}}),
        ("base", {"base/strict.json": "PATHS", "base/package.json": {"tsconfig": "./strict.json"}}),
        ("base/strict", {"base/strict/tsconfig.json": "PATHS"}),
        ("base", {"base/a.json": "PATHS", "base/package.json": {"exports": "./a.json"}}),
        ("base/b", {"base/a.json": "PATHS", "base/package.json": {"exports": {"./b": {"require": "./a.json"}}}}),
        (["base/none", "base/a.json"], {"base/a.json": "PATHS"}),
        ("base/c/a", {"base/a.json": "PATHS", "base/package.json": {"exports": {"./c/*": "./*.json"}}}),
        ("..", {"../tsconfig.json": "PATHS"}),
        ("../tsconfig", {"../tsconfig.json": "PATHS"}),
    ],
)  # fmt: skip
def test_a_configuration_that_a_package_has_is_extended(
    extended: object, files: dict[str, object], lay_out: LayOut, means: Means
) -> None:
    base = {"compilerOptions": {"paths": {"~/*": ["../../../src/*", "../../src/*", "../../../../src/*", "./src/*"]}}}
    placed = {f"node_modules/{name}": base if content == "PATHS" else content for name, content in files.items()}
    lay_out({**placed, "app/tsconfig.json": {"extends": extended}, "src/a.ts": None})
    assert means("~/a", "app/main.ts") == "src/a.ts"


@pytest.mark.parametrize("extended", ["base/a.json", "base/b", "base/c", "none", ".", "base/../base/a.json"])
def test_what_typescript_does_not_find_is_not_extended(extended: str, lay_out: LayOut, means: Means) -> None:
    exports = {"./b": {"import": "./a.json"}, "./c": "./a"}
    lay_out({
        "node_modules/base/package.json": {"exports": exports},
        "node_modules/base/a.json": {"compilerOptions": {"paths": {"~/*": ["../../*"]}}},
        "tsconfig.json": {"extends": extended}, "a.ts": None,
    })  # fmt: skip
    assert means("~/a") is None


def test_paths_of_an_extended_configuration_may_start_at_the_one_that_extends_it(lay_out: LayOut, means: Means) -> None:
    lay_out({
        "node_modules/base/tsconfig.json": {"compilerOptions": {"paths": {"~/*": ["${configDir}/src/*"]}}},
        "app/tsconfig.json": {"extends": "base/tsconfig.json"}, "app/src/a.ts": None,
    })  # fmt: skip
    assert means("~/a", "app/deep/main.ts") == "app/src/a.ts"
