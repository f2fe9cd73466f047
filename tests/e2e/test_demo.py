"""`make demo` shows the main job: each planted mistake, silence on right code, the cost of a native call."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import ffi_core.library
from ffi_core.library import Location

DEMO = Path(__file__).parents[2] / "scripts" / "demo.py"


def parts_of(printed: str) -> list[str]:
    """The output of each of the three commands."""
    return re.split(r"^\$ .*\n", printed, flags=re.MULTILINE)[1:]


def test_the_demo_finds_the_planted_mistakes_and_times_a_call_of_sqlite() -> None:
    done = subprocess.run([sys.executable, str(DEMO)], capture_output=True, text=True, check=True, timeout=120)
    found, silence, timed = parts_of(done.stdout)
    assert re.findall(r"\[(FFI\d+)\]", found) == ["FFI101", "FFI101", "FFI102", "FFI103", "FFI201", "FFI204", "FFI202"]
    assert silence.strip() == "A quick run, in a child process"
    assert timed.startswith("sqlite3_initialize() -> i32")
    assert re.search(r"median +[\d.]+ ns per call", timed)


def test_without_sqlite_the_demo_says_so_and_shows_the_same_on_libm(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ffi_core.library, "locate", lambda name: Location(name, None, (), (), None))
    assert runpy.run_path(str(DEMO))["main"]() == 0
    printed = capfd.readouterr().out
    assert "has no libsqlite3.so.0" in printed
    found, _, timed = parts_of(printed)
    assert sorted(set(re.findall(r"\[(FFI\d+)\]", found))) == ["FFI101", "FFI201"]
    assert timed.startswith("fegetround() -> i32")
