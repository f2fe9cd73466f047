"""Parts that the runtime's tests share: the conformance library, and programs that may die alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ffi_core

SOURCE = Path(__file__).parents[2] / "data" / "conformance" / "conformance.c"

_PREPARE = """\
import ffi_core, os, sys, threading, time
from ffi_core import Callback, dlopen
LIBRARY = {library!r}
INT_TO_INT = {{"parameters": ["i32"], "result": "i32"}}
def declare(**functions):
    parse = lambda words: {{"parameters": words.partition("->")[0].split(), "result": words.partition("->")[2].strip()}}
    return {{name: parse(entry) if isinstance(entry, str) else entry for name, entry in functions.items()}}
"""


@pytest.fixture(scope="session")
def conformance(compile_library: Callable[..., Path]) -> Path:
    """The library made from tests/data/conformance."""
    return compile_library(SOURCE.read_text(), "libconformance.so", ("-lpthread",))


@pytest.fixture
def opened(conformance: Path) -> Callable[..., Any]:
    """`opened(name="i32 i32 -> i32", ...)` gives the conformance library with those declarations."""

    def open_it(**functions: Any) -> Any:
        return ffi_core.dlopen(conformance, {name: _entry(entry) for name, entry in functions.items()})

    return open_it


def _entry(entry: Any) -> Any:
    if not isinstance(entry, str):
        return entry
    parameters, _, result = entry.partition("->")
    return {"parameters": parameters.split(), "result": result.strip()}


Survive = Callable[..., str]


@pytest.fixture
def survive(conformance: Path, tmp_path: Path) -> Survive:
    """`survive(program, code=0)` runs Python text beside the library and gives its output.

    The text finds `ffi_core`, `dlopen`, `Callback`, `LIBRARY`, `INT_TO_INT` and `declare` at hand. A crash, a hang, or
    another exit code than `code` fails the test; so does what the process writes to standard error, unless
    `errors` names a part of it.
    """

    def run(program: str, *, code: int = 0, errors: str = "", seconds: float = 60) -> str:
        file = tmp_path / "program.py"
        file.write_text(_PREPARE.format(library=str(conformance)) + program)
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-W", "error", str(file)],
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"FFI_CORE_BACKEND": ffi_core.BACKEND},
        )
        assert done.returncode == code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert errors in done.stderr
        assert errors or not done.stderr, done.stderr
        return done.stdout

    return run
