"""Runtimes are found where they are, and what is missing is said, with its remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ffi_core.bench.runtimes import RUNTIMES, Absent, Installed, cache_folder
from ffi_core.dialects import DIALECTS


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def put_program(file: Path, prints: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\necho '{prints}'\n")
    file.chmod(0o755)


def put_porffor(cache: Path, backend: str) -> None:
    package = cache / "node_modules" / "porffor"
    (package / "compiler").mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"version": "0.70.0"}))
    (package / "compiler" / "2c.js").write_text(backend)


@pytest.mark.parametrize("name", ["porffor", "bun", "node", "koffi"])
def test_where_nothing_is_installed_the_remedy_is_a_package(name: str, tmp_path: Path, empty_path: Path) -> None:
    found = RUNTIMES[name].find(tmp_path / "cache")
    assert isinstance(found, Absent)
    assert found.remedy.startswith("npm install ")
    assert RUNTIMES[name].packages()


def test_a_node_that_is_too_old_for_ffi_is_told_apart(tmp_path: Path, empty_path: Path) -> None:
    put_program(empty_path / "node", "v20.20.2")
    found = RUNTIMES["node"].find(tmp_path / "cache")
    assert isinstance(found, Absent)
    assert "is version 20.20.2; node:ffi came with 26" in found.reason


def test_the_cached_node_goes_before_the_one_on_path(tmp_path: Path, empty_path: Path) -> None:
    put_program(empty_path / "node", "v20.20.2")
    (package,) = RUNTIMES["node"].packages()
    put_program(tmp_path / "node_modules" / package.partition("@")[0] / "bin" / "node", "v26.10.0")
    found = RUNTIMES["node"].find(tmp_path)
    assert isinstance(found, Installed)
    assert found.version == "26.10.0"


def test_a_program_that_does_not_run_is_not_a_runtime(tmp_path: Path, empty_path: Path) -> None:
    (empty_path / "bun").write_text("no program")
    (empty_path / "bun").chmod(0o755)
    found = RUNTIMES["bun"].find(tmp_path)
    assert isinstance(found, Absent)
    assert "does not run" in found.reason


def test_a_porffor_without_dlopen_is_told_apart_from_one_that_is_missing(tmp_path: Path) -> None:
    put_porffor(tmp_path, backend="// rewritten")
    found = RUNTIMES["porffor"].find(tmp_path)
    assert isinstance(found, Absent)
    assert found.reason == "version 0.70.0 has no dlopen"


def test_porffor_needs_a_node_to_run_its_compiler(tmp_path: Path, empty_path: Path) -> None:
    put_porffor(tmp_path, backend="dlopen")
    found = RUNTIMES["porffor"].find(tmp_path)
    assert isinstance(found, Absent)
    assert "needs a node" in found.reason
    put_program(empty_path / "node", "v18.0.0")
    put_program(empty_path / "cc", "")
    assert isinstance(RUNTIMES["porffor"].find(tmp_path), Installed)


def test_the_cache_is_where_the_user_keeps_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "ffi-lsp" / "runtimes"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder() == tmp_path / "home" / ".cache" / "ffi-lsp" / "runtimes"


def test_every_dialect_that_is_read_has_a_runtime() -> None:
    assert set(DIALECTS) & {"porffor", "deno", "bun", "node"} <= {runtime.dialect for runtime in RUNTIMES.values()}


def test_koffi_is_a_package_that_needs_a_node(tmp_path: Path, empty_path: Path) -> None:
    package = tmp_path / "node_modules" / "koffi"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"version": "3.3.4"}')
    found = RUNTIMES["koffi"].find(tmp_path)
    assert isinstance(found, Absent)
    assert "there is none" in found.reason
    put_program(empty_path / "node", "v26.10.0")
    found = RUNTIMES["koffi"].find(tmp_path)
    assert isinstance(found, Installed)
    assert found.version == "3.3.4 + Node 26.10.0"
    assert found.program[-1].endswith(f"?{(tmp_path / 'node_modules').as_uri()}/")
