"""Bun: from npm's platform package, which needs no install script, or from PATH."""

from __future__ import annotations

import shutil
from pathlib import Path

from ffi_core.bench.runtimes.base import EVERY_DIALECT, PRELUDE, Absent, Installed, Runtime, ask_version, npm_platform


def _package() -> str:
    """The build for this processor; Bun's usual one needs AVX2."""
    name = f"@oven/bun-{npm_platform('x64', 'aarch64')}"
    flags = Path("/proc/cpuinfo")
    if name.endswith("linux-x64") and flags.exists() and " avx2 " not in flags.read_text(errors="replace"):
        name += "-baseline"
    return name


def _find(cache: Path) -> Installed | Absent:
    installed = cache / "node_modules" / _package() / "bin" / "bun"
    program = str(installed) if installed.exists() else shutil.which("bun")
    version = ask_version((program,)) if program else None
    if program is None or version is None:
        reason = f"{program} does not run" if program else "no bun in the cache of runtimes, and none on PATH"
        return Absent("bun", reason, f"npm install {_package()}")
    return Installed("bun", version, (program,))


def _prepare(found: Installed, file: Path, _: Path, foreign: bool) -> tuple[str, ...]:
    prelude = ("--preload", str(PRELUDE / "preload_bun.mjs")) if foreign else ()
    return (*found.program, "run", *prelude, str(file))


RUNTIME = Runtime("bun", "bun", EVERY_DIALECT, lambda: (f"{_package()}@1",), _find, _prepare)
