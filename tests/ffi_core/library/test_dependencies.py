"""A symbol counts as present when a needed library exports it, as dlsym sees it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.library import dependencies, ld_cache, locate, open_library, resolve

CompileLibrary = Callable[..., Path]


def _soname(name: str) -> tuple[str]:
    return (f"-Wl,-soname,{name}",)


@pytest.fixture
def chain(compile_library: CompileLibrary, tmp_path: Path) -> Path:
    """`libtop.so` needs `libmiddle.so` needs `libbottom.so`, all in one directory that only $ORIGIN names."""
    bottom = compile_library("int deep(void) { return 1; }", "libbottom.so", _soname("libbottom.so"))
    flags = ("-Wl,--no-as-needed", "-Wl,--enable-new-dtags,-rpath,$ORIGIN")
    middle = compile_library(
        "int half(void) { return 2; }", "libmiddle.so", (*flags, *_soname("libmiddle.so"), str(bottom))
    )
    top = compile_library("int high(void) { return 3; }", "libtop.so", (*flags, str(middle)))
    for library in (bottom, middle, top):
        shutil.copy(library, tmp_path)
    return tmp_path / "libtop.so"


def test_a_symbol_of_a_library_two_steps_away_is_found_there(chain: Path) -> None:
    top = open_library(chain)
    for name, owner in (("high", "libtop.so"), ("half", "libmiddle.so"), ("deep", "libbottom.so")):
        found = resolve(top, name)
        assert found is not None
        symbol, library = found
        assert (symbol.name, library.path.name) == (name, owner)
    assert resolve(top, "nowhere") is None
    assert top.find("deep") is None


def test_needed_libraries_come_breadth_first_and_once(chain: Path) -> None:
    names = [library.path.name for library in dependencies(open_library(chain))]
    assert names[:3] == ["libmiddle.so", "libc.so.6", "libbottom.so"]
    assert len(set(names)) == len(names)


def test_libc_is_found_behind_any_library(compile_library: CompileLibrary) -> None:
    found = resolve(open_library(compile_library("int own;", "libown.so", ("-Wl,--no-as-needed",))), "strlen")
    assert found is not None
    assert found[1].soname == "libc.so.6"


def test_a_missing_needed_library_is_passed_over(chain: Path) -> None:
    (chain.parent / "libmiddle.so").unlink()
    top = open_library(chain)
    assert "libmiddle.so" not in [library.path.name for library in dependencies(top)]
    assert resolve(top, "high") is not None
    assert resolve(top, "deep") is None


def test_an_inherited_rpath_leads_to_libraries_that_have_none(compile_library: CompileLibrary, tmp_path: Path) -> None:
    bottom = compile_library("int deep(void) { return 1; }", "libbottom.so", _soname("libbottom.so"))
    middle = compile_library(
        "int half(void) { return 2; }", "libmiddle.so", (*_soname("libmiddle.so"), "-Wl,--no-as-needed", str(bottom))
    )
    old_rpath = ("-Wl,--no-as-needed", "-Wl,--disable-new-dtags,-rpath,${ORIGIN}/deps", str(middle))
    top = compile_library("int high(void) { return 3; }", "libtop.so", old_rpath)
    (tmp_path / "deps").mkdir()
    shutil.copy(top, tmp_path)
    for library in (bottom, middle):
        shutil.copy(library, tmp_path / "deps")
    names = [library.path.name for library in dependencies(open_library(tmp_path / "libtop.so"), environment={})]
    assert names[:2] == ["libmiddle.so", "libc.so.6"]
    assert "libbottom.so" in names


def test_libraries_that_need_each_other_end_the_walk(compile_library: CompileLibrary, tmp_path: Path) -> None:
    flags = ("-Wl,--no-as-needed", "-Wl,--enable-new-dtags,-rpath,$ORIGIN", "-nostdlib")
    first = compile_library("int one(void) { return 1; }", "libfirst.so", (*flags, *_soname("libfirst.so")))
    second = compile_library(
        "int two(void) { return 2; }", "libsecond.so", (*flags, *_soname("libsecond.so"), str(first))
    )
    again = compile_library(
        "int one(void) { return 1; }", "libfirst.so", (*flags, *_soname("libfirst.so"), str(second))
    )
    shutil.copy(again, tmp_path)
    shutil.copy(second, tmp_path)
    assert [library.path.name for library in dependencies(open_library(tmp_path / "libfirst.so"))] == ["libsecond.so"]


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's loader")
def test_what_system_libraries_need_equals_what_the_loader_would_load() -> None:
    loader = next((name for name in ld_cache.entries() if name.startswith("ld-linux")), None)
    if loader is None or (program := locate(loader).path) is None:
        pytest.skip("the loader is not glibc's")
    known = sorted(name for name in ld_cache.entries() if not name.startswith("ld-"))
    compared = 0
    for name in known[:: max(1, len(known) // 60)]:
        location = locate(name, environment={})
        if location.path is None or location.failure is not None:
            continue
        listed = subprocess.run(
            [program, "--list", location.path], capture_output=True, text=True, timeout=30, check=False, env={}
        )
        if listed.returncode or "not found" in listed.stdout:
            continue
        expected = [Path(line.split()[2]) for line in listed.stdout.splitlines() if " => " in line]
        expected += [Path(word) for line in listed.stdout.splitlines() if (word := line.split()[0])[0] == "/"]
        needed = dependencies(open_library(location.path), environment={})
        assert {library.path.resolve() for library in needed} == {path.resolve() for path in expected}, name
        compared += 1
    assert compared >= min(30, len(known) // 3)
