"""Deno's projects; that Deno takes them the same way is asked in tests/e2e/test_module_resolution.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ffi_lsp.imports import ModuleFiles

LayOut = Callable[[Mapping[str, object]], None]
Means = Callable[..., "str | None"]


def test_what_a_map_leads_off_the_disk_is_not_looked_for_elsewhere(lay_out: LayOut, means: Means) -> None:
    lay_out({
        "deno.json": {"imports": {"a": "npm:a", "b": "jsr:@b/b@1", "c": "https://example.org/c.ts", "d": None}},
        "tsconfig.json": {"compilerOptions": {"paths": {"*": ["./*"]}}},
        **{f"{name}.ts": None for name in "abcde"},
    })  # fmt: skip
    assert [means(name) for name in "abcde"] == [None, None, None, None, "e.ts"]


def test_a_project_in_a_folder_of_another_is_its_own_unless_it_is_a_member(lay_out: LayOut, means: Means) -> None:
    lay_out({
        "deno.json": {"workspace": {"members": ["./member"]}, "imports": {"a": "./a.ts"}},
        "member/deno.json": {}, "other/deno.json": {}, "other/nested/deno.json": {"workspace": []}, "a.ts": None,
    })  # fmt: skip
    assert means("a", "member/deep/main.ts") == "a.ts"
    assert means("a", "plain/main.ts") == "a.ts"
    assert means("a", "other/main.ts") is None
    assert means("a", "other/nested/main.ts") is None


@pytest.mark.parametrize(
    "config",
    [
        "", "[]", "{", "[" * 100_000, {"imports": 3, "scopes": 3}, {"imports": {"a": {"b": "c"}}},
        {"workspace": 3}, {"workspace": {"members": 3}},
        {"workspace": [3, "", "..", "../..", "/", "*/" * 40, "\0", "*"]},
        {"importMap": 3}, {"importMap": "./deno.json"}, {"importMap": "https://example.org/map.json"},
        {"importMap": "\ud800"}, {"imports": {"a": "\ud800", "\ud800": "./a.ts"}}, {"imports": {"a": "./%00"}},
        {"name": "a", "exports": 3}, {"name": "a", "exports": {".": {"default": "./a.ts"}}}, {"name": 3},
    ],
)  # fmt: skip
def test_a_damaged_configuration_leads_nowhere(config: object, lay_out: LayOut, means: Means, tmp_path: Path) -> None:
    lay_out({"deno.json": config, "part/deno.json": config, "a.ts": None})
    (tmp_path / "part" / "again").symlink_to(tmp_path)
    assert means("a") is None
    assert means("a", "part/main.ts") is None
    assert means("./a") == "a.ts"


def test_more_members_than_any_workspace_has_are_passed_over(lay_out: LayOut, means: Means, tmp_path: Path) -> None:
    lay_out({"deno.json": {"workspace": ["*/*/*"] * 1000}})
    for one in range(30):
        for two in range(30):
            (tmp_path / f"{one}" / f"{two}").mkdir(parents=True)
    assert means("absent") is None


def test_every_file_that_decides_is_named_the_missing_ones_too(lay_out: LayOut, tmp_path: Path) -> None:
    lay_out({
        "deno.json": {"workspace": ["./app", "parts/*"], "importMap": "./map.json"}, "map.json": {},
        "app/deno.jsonc": {}, "parts/one/deno.json": {"name": "@x/one", "exports": "./absent.ts"},
    })  # fmt: skip
    looked_at: set[Path] = set()
    assert ModuleFiles().open(tmp_path / "app" / "main.ts", "@x/one", looked_at) is None
    named = {path.relative_to(tmp_path).as_posix() for path in looked_at if path.is_relative_to(tmp_path)}
    assert named >= {
        "deno.json", "map.json", "app/deno.json", "app/deno.jsonc", "parts", "parts/one/deno.json",
        "parts/one/absent.ts",
    }  # fmt: skip
