"""The package as a person installs it: built from a copy of the sources, used from another folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import ffi_core, ffi_core.runtime
print(ffi_core.__file__)
print(ffi_core.runtime.BACKEND)
lib = ffi_core.dlopen(None, {"strlen": {"parameters": ["buffer"], "result": "usize"}})
print(lib.strlen("native"))
"""


def install(tmp_path: Path, **environment: str) -> Path:
    """Install a copy of the sources, so that the build leaves nothing in the tree, into a folder of its own."""
    ignored = shutil.ignore_patterns(".git", ".venv", "build", "*.egg-info", "*.so", "__pycache__", ".*_cache", "tests")
    sources = shutil.copytree(ROOT, tmp_path / "sources", ignore=ignored)
    target = tmp_path / "target"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    command += ["--disable-pip-version-check", "--target", str(target), str(sources)]
    subprocess.run(command, check=True, timeout=300, env={**os.environ, **environment}, capture_output=True)
    return target


def run_elsewhere(tmp_path: Path, target: Path, *command: str) -> list[str]:
    environment = {**os.environ, "PYTHONPATH": str(target)}
    environment.pop("FFI_CORE_BACKEND", None)
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize(("environment", "backend"), [({}, "fastcall"), ({"CC": "false"}, "cffi")])
def test_an_install_works_with_a_compiler_and_without(
    tmp_path: Path, environment: dict[str, str], backend: str
) -> None:
    target = install(tmp_path, **environment)
    where, found, length = run_elsewhere(tmp_path, target, sys.executable, "-c", PROGRAM)
    assert (Path(where).parent.parent, found, length) == (target, backend, "6")
    (version,) = run_elsewhere(tmp_path, target, sys.executable, str(target / "bin" / "ffi-core"), "--version")
    assert f"backend {backend}" in version
    example = str(ROOT / "examples" / "math.porf.ts")
    assert run_elsewhere(tmp_path, target, sys.executable, str(target / "bin" / "ffi-lsp"), "check", example) == []
