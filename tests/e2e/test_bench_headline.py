"""bench/headline.py runs as a user runs it, and its programs agree."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ffi_core.library import locate

SCRIPT = Path(__file__).resolve().parents[2] / "bench" / "headline.py"

pytestmark = pytest.mark.skipif(locate("libsqlite3.so.0").path is None, reason="there is no libsqlite3.so.0")


def test_c_and_python_print_the_same_and_are_set_side_by_side(tmp_path: Path) -> None:
    picture = tmp_path / "headline.svg"
    command = [sys.executable, str(SCRIPT), "--json", "--export-svg", str(picture), "--runs", "2", "--only", "ffi_core"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    result = json.loads(done.stdout)
    assert result["outputs_equal"] is True
    assert [program["name"] for program in result["programs"]] == ["C", "ffi_core"]
    for program in result["programs"]:
        assert program["failures"] == []
        assert program["output"] == ["failures 0", "rows 500000", "sum 1275"]
        assert program["ratio_to_c"] > 0
    assert "ffi_core (Python)" in picture.read_text()


def test_one_run_is_no_comparison() -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), "--runs", "1"], capture_output=True, timeout=60, check=False)
    assert done.returncode == 2


def test_the_sqlite_bench_is_the_headline_without_koffi() -> None:
    script = SCRIPT.with_name("sqlite.py")
    command = [sys.executable, str(script), "--json", "--runs", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=True)
    result = json.loads(done.stdout)
    names = {program["name"] for program in result["programs"]} | {entry["name"] for entry in result["absent"]}
    assert names == {"C", "ffi_core", "porffor", "deno", "bun", "node"}
    assert result["outputs_equal"] is True
