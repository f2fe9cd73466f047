"""The installed Porffor is found as Node finds packages, read and not run, and looked at again when it has changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ffi_lsp.compilers import Compilers


def install(folder: Path, version: object, backend: str | None, name: str = "porffor") -> None:
    package = folder / "node_modules" / "porffor"
    (package / "compiler").mkdir(parents=True, exist_ok=True)
    (package / "package.json").write_text(json.dumps({"name": name, "version": version}))
    if backend is not None:
        (package / "compiler" / "2c.js").write_text(backend)


def test_a_compiler_without_dlopen_gives_its_version(tmp_path: Path) -> None:
    install(tmp_path, "0.70.0", None)
    assert Compilers(lambda: 0.0).without_dlopen(tmp_path / "src" / "deep") == "0.70.0"


def test_one_with_dlopen_gives_none_and_neither_does_a_project_without(tmp_path: Path) -> None:
    assert Compilers(lambda: 0.0).without_dlopen(tmp_path) is None
    install(tmp_path, "0.61.13", "dlopen(path)")
    assert Compilers(lambda: 0.0).without_dlopen(tmp_path) is None


def test_the_nearest_installation_counts(tmp_path: Path) -> None:
    install(tmp_path, "0.70.0", None)
    install(tmp_path / "inner", "0.61.13", "dlopen(path)")
    assert Compilers(lambda: 0.0).without_dlopen(tmp_path / "inner") is None


@pytest.mark.parametrize("version", [7, None, ["0.70.0"]])
def test_what_is_no_version_says_nothing(tmp_path: Path, version: object) -> None:
    install(tmp_path, version, None)
    assert Compilers(lambda: 0.0).without_dlopen(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, "\udcff"])
def test_a_damaged_manifest_says_nothing(tmp_path: Path, text: str) -> None:
    install(tmp_path, "0.70.0", None)
    (tmp_path / "node_modules" / "porffor" / "package.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert Compilers(lambda: 0.0).without_dlopen(tmp_path) is None


def test_another_installation_is_seen_after_a_second(tmp_path: Path) -> None:
    now = 0.0
    compilers = Compilers(lambda: now)
    install(tmp_path, "0.70.0", None)
    assert compilers.without_dlopen(tmp_path) == "0.70.0"
    install(tmp_path, "0.61.13", "dlopen(path)")
    assert compilers.without_dlopen(tmp_path) == "0.70.0"
    now = 1.5
    assert compilers.without_dlopen(tmp_path) is None
