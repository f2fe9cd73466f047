"""Import maps as the standard has them, on paths."""

from __future__ import annotations

import pytest

from ffi_lsp.specifiers.import_map import parse_map

IMPORTS = {
    "schema": "./src/schema.ts",
    "lib/": "./src/lib/",
    "lib/deep/": "./vendored/",
    "lib/secret/": None,
    "@/": "/p/src/",
    "web": "https://example.org/mod.ts",
    "web/": "https://example.org/",
    "no": None,
    "number": 3,
    "bare": "schema",
    "half/": "./src/lib",
    "": "./src/empty.ts",
    "./old.ts": "./new.ts",
    "https://example.org/local.ts": "./src/local.ts",
    "file:///elsewhere/": "./src/",
    "spaced": "./a%20b.ts?v=1#top",
}
SCOPES = {
    "./tools/": {"schema": "./tools/schema.ts"},
    "tools/inner/": {"schema": "./inner.ts"},
    "./tools/one.ts": {"schema": "./one.ts"},
    "https://example.org/": {"schema": "./absent.ts"},
    "./damaged/": 3,
}


@pytest.mark.parametrize(
    ("specifier", "importer", "path"),
    [
        ("schema", "/p/main.ts", "/p/src/schema.ts"),
        ("lib/a.ts", "/p/main.ts", "/p/src/lib/a.ts"),
        ("lib/./b/../a.ts", "/p/main.ts", "/p/src/lib/a.ts"),
        ("lib/", "/p/main.ts", "/p/src/lib/"),
        ("lib/deep/a.ts", "/p/main.ts", "/p/vendored/a.ts"),
        ("lib/%61.ts?x", "/p/main.ts", "/p/src/lib/a.ts"),
        ("lib/../../outside.ts", "/p/main.ts", ""),
        ("lib/secret/a.ts", "/p/main.ts", ""),
        ("@/a.ts", "/p/deep/main.ts", "/p/src/a.ts"),
        ("web", "/p/main.ts", "https://example.org/mod.ts"),
        ("web/a.ts", "/p/main.ts", "https://example.org/a.ts"),
        ("https://example.org/local.ts", "/p/main.ts", "/p/src/local.ts"),
        ("file:///elsewhere/x.ts", "/p/main.ts", "/p/src/x.ts"),
        ("no", "/p/main.ts", ""),
        ("number", "/p/main.ts", ""),
        ("bare", "/p/main.ts", ""),
        ("half/a.ts", "/p/main.ts", ""),
        ("./old.ts", "/p/main.ts", "/p/new.ts"),
        ("../old.ts", "/p/deep/main.ts", "/p/new.ts"),
        ("./old.ts", "/p/deep/main.ts", None),
        ("spaced", "/p/main.ts", "/p/a b.ts"),
        ("Schema", "/p/main.ts", None),
        ("schema.ts", "/p/main.ts", None),
        ("lib", "/p/main.ts", None),
        ("", "/p/main.ts", None),
        ("schema", "/p/tools/main.ts", "/p/tools/schema.ts"),
        ("lib/a.ts", "/p/tools/main.ts", "/p/src/lib/a.ts"),
        ("schema", "/p/tools/inner/main.ts", "/p/inner.ts"),
        ("schema", "/p/tools/one.ts", "/p/one.ts"),
        ("schema", "/p/toolset.ts", "/p/src/schema.ts"),
        ("schema", "/p/damaged/main.ts", "/p/src/schema.ts"),
    ],
)
def test_the_longest_key_of_the_nearest_scope_counts(specifier: str, importer: str, path: str | None) -> None:
    assert parse_map([(IMPORTS, SCOPES, "/p/")]).resolve(specifier, importer) == path


def test_of_several_maps_the_first_that_knows_a_specifier_counts_and_each_starts_where_it_is_written() -> None:
    both = parse_map([({"a": "./a.ts"}, None, "/p/q/"), ({"a": "./a.ts", "b": "./b.ts"}, None, "/p/")])
    assert both.resolve("a", "/p/main.ts") == "/p/q/a.ts"
    assert both.resolve("b", "/p/main.ts") == "/p/b.ts"


@pytest.mark.parametrize("damaged", [None, 3, [], "x", {"a": {"b": 1}}])
def test_what_is_no_map_maps_nothing(damaged: object) -> None:
    assert parse_map([(damaged, damaged, "/")]).resolve("x", "/main.ts") is None


def test_every_module_of_the_disk_may_be_mapped_at_once() -> None:
    whole = parse_map([({"/": "./", "./": "./"}, None, "/p/")])
    assert whole.resolve("/a.ts", "/p/deep/main.ts") == "/p/a.ts"
    assert whole.resolve("./a.ts", "/p/deep/main.ts") == "/p/deep/a.ts"
