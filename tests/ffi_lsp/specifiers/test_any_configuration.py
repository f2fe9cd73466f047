"""Whatever stands in a project's configuration, a search ends, and finds only what is there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ffi_lsp.imports import ModuleFiles

WORDS = [
    "imports", "exports", "scopes", "workspace", "members", "importMap", "name", "main", "types", "compilerOptions",
    "paths", "baseUrl", "extends", "outDir", "rootDir", "include", "files", "tsconfig", "import", "default", "node",
    ".", "./", "./*", "./a", "./a.ts", "a", "a/", "@x/a", "@x/", "#a", "#*", "*", "*/*", "..", "../", "/", "//", "",
    "./part", "part", "./map.json", "npm:a@1", "jsr:@x/a@^1", "jsr:", "file:///", "file://host/a", "https://a/b",
    "./%00", "./%ff", "./%2e%2e/", "\0", "\ud800", "a\\b", "[", "${configDir}/*", "./node_modules/a", "1.2.3",
]  # fmt: skip
TEXTS = st.sampled_from(WORDS) | st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=24,
)
FILES = ("deno.json", "package.json", "tsconfig.json", "map.json", "part/deno.jsonc", "part/package.json")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    for name in ("a.ts", "part/a.ts", "part/index.ts"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("export const here = 1;")
    (folder / "node_modules" / "@x").mkdir(parents=True)
    (folder / "node_modules" / "a").symlink_to(folder / "part")
    (folder / "node_modules" / "@x" / "a").symlink_to(folder)
    return folder


@settings(max_examples=150, deadline=None)
@given(
    contents=st.lists(st.dictionaries(st.sampled_from(WORDS[:18]), VALUES, max_size=4), min_size=6, max_size=6),
    specifiers=st.lists(TEXTS, min_size=1, max_size=6),
    importer=st.sampled_from(["main.ts", "part/main.cts"]),
)
def test_a_search_ends_and_finds_only_what_is_there(
    project: Path, contents: list[object], specifiers: list[str], importer: str
) -> None:
    for name, content in zip(FILES, contents, strict=True):
        (project / name).write_text(json.dumps(content))
    files = ModuleFiles()
    for specifier in (*specifiers, "a", "@x/a", "#a", "./a", "a/a"):
        looked_at: set[Path] = set()
        found = files.open(project / importer, specifier, looked_at)
        assert found is None or Path(found[0]).is_file()
        assert found is None or found[0] in looked_at
        assert all(path.is_absolute() and path.as_uri() for path in looked_at)
