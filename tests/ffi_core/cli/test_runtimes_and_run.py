"""`ffi-core runtimes` and the parts of `ffi-core run` that need no runtime; the others are in tests/e2e."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ffi_core.bench.runtimes import RUNTIMES
from ffi_core.cli import main


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No runtime but what the test puts on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("ffi_core.bench.runtimes.deno._from_pypi", lambda: None)
    return folder


def put_program(file: Path, script: str) -> None:
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_runtimes_lists_each_with_its_version_or_its_remedy(
    bare_machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put_program(bare_machine / "bun", "echo 1.4.5")
    assert main(["runtimes"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert set(lines) == set(RUNTIMES)
    assert lines["bun"].startswith("1.4.5  ")
    assert "to install it: pip install" in lines["deno"]
    assert "to install it: npm install porffor@" in lines["porffor"]


def test_runtimes_as_json_says_the_same(bare_machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put_program(bare_machine / "bun", "echo 1.4.5")
    assert main(["runtimes", "--json"]) == 0
    entries = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert entries["bun"]["version"] == "1.4.5"
    assert entries["node"]["installed"] is False
    assert entries["node"]["remedy"].startswith("npm install ")


def test_without_any_runtime_run_says_what_to_install(
    bare_machine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file.ts"
    file.write_text('const { f } = Porffor.dlopen("libm.so.6", { f: { parameters: [] } });')
    assert main(["run", str(file)]) == 2
    error = capsys.readouterr().err
    assert "no runtime for porffor is here" in error
    assert "npm install porffor@" in error


def test_a_runtime_that_was_asked_for_and_is_missing_is_told(
    bare_machine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file.ts"
    file.write_text("")
    assert main(["run", str(file), "--runtime", "node"]) == 2
    assert "node is not here" in capsys.readouterr().err


def test_another_runtime_stands_in_with_its_prelude(
    bare_machine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    put_program(bare_machine / "bun", '[ "$1" = --version ] && echo 1.4.5 || echo "$@"')
    file = tmp_path / "file.ts"
    file.write_text('const { f } = Porffor.dlopen("libm.so.6", { f: { parameters: [] } });')
    assert main(["run", str(file)]) == 0
    words = capfd.readouterr().out.split()
    assert (words[0], words[1], words[-1]) == ("run", "--preload", str(file))
    assert Path(words[2]).is_file()


def test_a_file_in_the_runtimes_own_dialect_needs_no_prelude(
    bare_machine: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    put_program(bare_machine / "bun", '[ "$1" = --version ] && echo 1.4.5 || echo "$@"')
    file = tmp_path / "file.ts"
    file.write_text('import { dlopen } from "bun:ffi"; dlopen("libm.so.6", { cos: { args: ["f64"] } });')
    assert main(["run", str(file)]) == 0
    assert capfd.readouterr().out.split() == ["run", str(file)]
