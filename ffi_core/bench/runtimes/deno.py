"""Deno: from PyPI (extra ``run``) or from PATH."""

from __future__ import annotations

import importlib
import shutil
from pathlib import Path

from ffi_core.bench.runtimes.base import EVERY_DIALECT, PRELUDE, Absent, Installed, Runtime, ask_version


def _find(_: Path) -> Installed | Absent:
    remedy = "pip install 'ffi-lsp[run]'"
    program = _from_pypi() or shutil.which("deno")
    if program is None:
        return Absent("deno", "no Python package deno, and no deno on PATH", remedy)
    version = ask_version((program,))
    if version is None:
        return Absent("deno", f"{program} does not run", remedy)
    # "deno 2.9.8 (stable, release, x86_64-unknown-linux-gnu)"
    return Installed("deno", version.split()[1], (program,))


def _from_pypi() -> str | None:
    try:
        return str(importlib.import_module("deno").find_deno_bin())
    except (ImportError, FileNotFoundError):
        return None


def _prepare(found: Installed, file: Path, _: Path, foreign: bool) -> tuple[str, ...]:
    options = ["--quiet", "--no-lock", "--no-check", "--allow-ffi"]
    if foreign:
        # The import map leads bun:ffi and node:ffi to the prelude; it would not stand beside a project's own.
        options += ["--no-config", f"--import-map={PRELUDE / 'import_map.json'}"]
        options.append(f"--preload={PRELUDE / 'preload_deno.mjs'}")
    return (*found.program, "run", *options, str(file))


RUNTIME = Runtime("deno", "deno", EVERY_DIALECT, lambda: (), _find, _prepare)
