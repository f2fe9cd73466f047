"""The file that we take a specifier for is the one that Deno, Node and Bun import."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ffi_core.bench.runtimes import Installed
from ffi_lsp.imports import ModuleFiles

SECONDS = 60
ASK = """
const found = [];
for (const specifier of SPECIFIERS) {
  try { found.push((await import(specifier)).here); } catch { found.push(null); }
}
console.log(JSON.stringify(found));
"""
FLAGS = {"deno": ("run", "--quiet", "--no-lock", "--cached-only", "--allow-all"), "node": (), "bun": ("run",)}

Ask = Callable[[str, Path, tuple[str, ...]], list[str | None]]


@pytest.fixture
def ask(installed: Callable[[str], Installed]) -> Ask:
    """`ask(runtime, folder, specifiers)` gives what a program in a folder imports by each, or None where it fails."""

    def run(runtime: str, folder: Path, specifiers: tuple[str, ...]) -> list[str | None]:
        file = folder / f"asks-{runtime}.mjs"
        file.write_text(ASK.replace("SPECIFIERS", json.dumps(specifiers)))
        command = [installed(runtime).program[-1], *FLAGS[runtime], str(file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True, cwd=folder)
        said: list[str | None] = json.loads(done.stdout)
        return said

    return run


def lay_out(root: Path, files: Mapping[str, object]) -> None:
    """Write a project: JSON where a value is given, and modules that export their own names where there is none."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"export const here = {json.dumps(name)};" if content is None else json.dumps(content))


def ours(root: Path, folder: str, specifiers: tuple[str, ...]) -> list[str | None]:
    files = ModuleFiles()
    found = [files.open(root / folder / "asks.mjs", specifier) for specifier in specifiers]
    return [Path(entry[0]).relative_to(root).as_posix() if entry is not None else None for entry in found]


MAPPED: dict[str, object] = {
    "deno.json": {
        "workspace": ["./tool", "./parts/*", "./npm"],
        "imports": {
            "schema": "./schema.ts", "lib/": "./lib/", "lib/deep/": "./deep/", "no": None, "lib/no/": None,
            "spaced": "./a%20b.ts", "bare": "schema", "half/": "./lib", "./old.ts": "./schema.ts", "/": "./",
            "./": "./", "@x/one": "./schema.ts", "published": "jsr:@x/tool@^1.2.0", "npm": "npm:absent@1",
        },
        "scopes": {"./tool/": {"scoped": "./lib/a.ts"}},
    },
    "schema.ts": None, "a b.ts": None, "lib/a.ts": None, "lib/index.ts": None, "deep/a.ts": None,
    "tool/deno.json": {"name": "@x/tool", "version": "1.2.3",
                       "exports": {".": "./mod.ts", "./part": "./inner/part.ts"},
                       "imports": {"schema": "./schema.ts", "own": "./mod.ts"},
                       "scopes": {"./": {"never": "./mod.ts"}}},
    "tool/mod.ts": None, "tool/schema.ts": None, "tool/inner/part.ts": None, "tool/lib/a.ts": None,
    "parts/one/deno.jsonc": {"name": "@x/one", "exports": "./mod.ts"}, "parts/one/mod.ts": None,
    "parts/two/deno.json": {"name": "@x/two", "exports": "./mod.ts"}, "parts/two/mod.ts": None,
    "npm/package.json": {"name": "plain", "version": "1.0.0", "type": "module", "imports": {"#in": "./index.js"},
                         "exports": {".": {"deno": "./for_deno.js", "default": "./index.js"}, "./*": "./*.js"}},
    "npm/index.js": None, "npm/for_deno.js": None,
    "alone/deno.json": {"importMap": "./maps/map.json"},
    "alone/maps/map.json": {"imports": {"schema": "./schema.ts"}}, "alone/maps/schema.ts": None, "alone/x.ts": None,
    "both/deno.json": {"importMap": "../alone/maps/map.json", "imports": {"x": "./x.ts"}}, "both/x.ts": None,
    "both/deno.jsonc": {"imports": {"x": "./y.ts"}}, "both/y.ts": None,
}  # fmt: skip
ASKED_OF_DENO = (
    "schema", "lib/a.ts", "lib/./a.ts", "lib/%61.ts", "lib/../schema.ts", "lib/deep/a.ts", "lib/no/a.ts", "no",
    "spaced", "bare", "half/a.ts", "./old.ts", "../old.ts", "/lib/a.ts", "../schema.ts", "./schema.ts", "./lib/a.ts",
    "scoped", "never", "own", "@x/tool", "@x/tool/part", "@x/tool/none", "@x/one", "@x/two", "plain", "plain/index",
    "#in", "x", "./x.ts", "nothing", "https://example.org/mod.ts",
    "published", "published/part", "npm", "npm/part", "jsr:@x/one", "jsr:/@x/one@3", "jsr:@x/tool", "jsr:@x/tool/part",
    *(f"jsr:@x/tool@{asked}/part"
      for asked in ("1", "1.2", "1.2.3", "1.2.4", "2", "1.3", "^1", "^1.2", "^1.2.3", "^1.2.4", "^1.3", "^2", "^0",
                    "~1", "~1.2", "~1.2.3", "~1.1", "~1.2.4", "*", "x")),
)  # fmt: skip


@pytest.mark.parametrize("folder", [".", "lib", "tool", "tool/inner", "parts/two", "npm", "alone", "both"])
def test_deno_imports_what_its_maps_are_read_as(folder: str, tmp_path: Path, ask: Ask) -> None:
    lay_out(tmp_path, MAPPED)
    said = ask("deno", tmp_path / folder, ASKED_OF_DENO)
    read = ours(tmp_path, folder, ASKED_OF_DENO)
    assert dict(zip(ASKED_OF_DENO, read, strict=True)) == dict(zip(ASKED_OF_DENO, said, strict=True))
    assert any(said)


PACKAGES: dict[str, object] = {
    "package.json": {"name": "root", "type": "module"},
    "lib/package.json": {
        "name": "@x/lib", "type": "module",
        "exports": {
            ".": "./src/mod.js", "./f/*": "./src/*.js", "./f/a/*": "./src/inner/*.js", "./no/*": None,
            "./one": {"bun": "./src/bun.js", "node": "./src/node.js"}, "./none": {"browser": "./src/mod.js"},
            "./nested": {"import": {"node": "./src/node.js", "default": "./src/mod.js"}}, "./out": "./../../root.js",
            "./kind": {"import": "./src/mod.js", "require": "./src/node.js"}, "./e*.js": "./src/*.js",
            "./types": {"types": "./src/types.d.ts", "default": "./src/mod.js"},
        },
        "imports": {"#i/*": "./src/inner/*.js", "#i/q": "./src/mod.js", "#old": "old", "#up": "../root.js",
                    "#self": "@x/lib/f/node", "#loop": "#i/p"},
    },
    "lib/src/mod.js": None, "lib/src/bun.js": None, "lib/src/node.js": None, "lib/src/inner/p.js": None,
    "lib/deep.js": None, "root.js": None,
    "old/package.json": {"name": "old", "type": "module", "main": "./main.js"},
    "old/main.js": None, "old/sub.js": None, "old/folder/index.js": None,
}  # fmt: skip
ASKED_OF_ALL = (
    "@x/lib", "@x/lib/f/node", "@x/lib/f/a/p", "@x/lib/f/inner/p", "@x/lib/no/x", "@x/lib/one", "@x/lib/none",
    "@x/lib/nested", "@x/lib/out", "@x/lib/kind", "@x/lib/emod.js", "@x/lib/types", "@x/lib/deep.js", "@x/lib/f/",
    "old", "old/sub.js", "old/absent.js", "#i/p", "#i/q", "#old", "#up", "#self", "#loop", "#none", "absent",
)  # fmt: skip


@pytest.mark.parametrize("folder", [".", "lib/src", "old"])
def test_what_all_runtimes_import_from_linked_packages_is_known_and_what_one_alone_does_is_not(
    folder: str, tmp_path: Path, ask: Ask
) -> None:
    lay_out(tmp_path, PACKAGES)
    (tmp_path / "node_modules" / "@x").mkdir(parents=True)
    (tmp_path / "node_modules" / "@x" / "lib").symlink_to("../../lib")
    (tmp_path / "node_modules" / "old").symlink_to("../old")
    said = [ask(runtime, tmp_path / folder, ASKED_OF_ALL) for runtime in FLAGS]
    agreed = [answers[0] if len(set(answers)) == 1 else None for answers in zip(*said, strict=True)]
    read = ours(tmp_path, folder, ASKED_OF_ALL)
    assert dict(zip(ASKED_OF_ALL, read, strict=True)) == dict(zip(ASKED_OF_ALL, agreed, strict=True))
    assert any(agreed)
