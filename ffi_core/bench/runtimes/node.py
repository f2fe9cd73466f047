"""Node, where it is new enough to have ``node:ffi``: from npm's platform package or from PATH."""

from __future__ import annotations

import shutil
from pathlib import Path

from ffi_core.bench.runtimes.base import EVERY_DIALECT, PRELUDE, Absent, Installed, Runtime, ask_version, npm_platform

FIRST_WITH_FFI = 26
"""The first major version that has ``node:ffi``."""


def _package() -> str:
    return f"node-{npm_platform('x64', 'arm64')}"


def find_any(cache: Path) -> tuple[str, str] | None:
    """A node of any version, as program and version such as ``26.10.0``: the cached one first."""
    cached = cache / "node_modules" / _package() / "bin" / "node"
    for program in (str(cached) if cached.exists() else None, shutil.which("node")):
        version = ask_version((program,)) if program else None
        if program and version:
            return program, version.removeprefix("v")
    return None


def _find(cache: Path) -> Installed | Absent:
    remedy = f"npm install {_package()}@{FIRST_WITH_FFI}"
    found = find_any(cache)
    if found is None:
        return Absent("node", "no node in the cache of runtimes, and none on PATH", remedy)
    program, version = found
    if int(version.partition(".")[0]) < FIRST_WITH_FFI:
        return Absent("node", f"{program} is version {version}; node:ffi came with {FIRST_WITH_FFI}", remedy)
    return Installed("node", version, (program,))


def _prepare(found: Installed, file: Path, _: Path, foreign: bool) -> tuple[str, ...]:
    prelude = ("--import", (PRELUDE / "preload_node.mjs").as_uri()) if foreign else ()
    return (*found.program, "--experimental-ffi", "--no-warnings", *prelude, str(file))


RUNTIME = Runtime("node", "node", EVERY_DIALECT, lambda: (f"{_package()}@{FIRST_WITH_FFI}",), _find, _prepare)
