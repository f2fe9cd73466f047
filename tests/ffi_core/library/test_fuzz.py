"""Damaged libraries give symbols or a typed error; `make fuzz` sends ten times as many."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FUZZER = Path(__file__).parents[2] / "fuzz" / "library.py"


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of time and memory are set in Linux's way")
def test_two_thousand_damaged_files_break_no_promise(tmp_path: Path) -> None:
    command = [sys.executable, FUZZER, "--files", "2000", "--seed", "20", "--keep", tmp_path / "kept"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "2000 files, 0 failures" in run.stdout
