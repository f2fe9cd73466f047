"""Everything else in this folder holds on both backends: this one test runs the folder again on the other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import ffi_core

_AGAIN = "FFI_CORE_TESTS_AGAIN"


@pytest.mark.skipif(_AGAIN in os.environ, reason="this is the other backend's run")
def test_the_other_backend_passes_the_same_tests() -> None:
    other = "cffi" if ffi_core.BACKEND == "fastcall" else "fastcall"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "-x"]
    done = subprocess.run(
        [*command, str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
        env=os.environ | {"FFI_CORE_BACKEND": other, _AGAIN: "1"},
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def test_the_backend_asked_for_is_the_one_in_use() -> None:
    asked = os.environ.get("FFI_CORE_BACKEND")
    assert asked in (None, "", ffi_core.BACKEND)


def test_an_unknown_backend_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import ffi_core; ffi_core.dlopen"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"FFI_CORE_BACKEND": "fastcal"},
    )
    assert done.returncode == 1
    assert "FFI_CORE_BACKEND is 'fastcal'; it can be 'fastcall' or 'cffi'" in done.stderr
