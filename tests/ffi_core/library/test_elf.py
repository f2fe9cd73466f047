"""ELF libraries compiled on the spot: what they export, and how they describe themselves."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.library import open_library
from ffi_core.model import Symbol, SymbolKind

DLSYM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
  void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) { fprintf(stderr, "%s\\n", dlerror()); return 1; }
  char name[4096];
  while (fgets(name, sizeof name, stdin)) {
    name[strcspn(name, "\\n")] = 0;
    dlerror();
    void *address = dlsym(library, name);
    Dl_info where;
    int own = address && dladdr(address, &where) && !strcmp(where.dli_fname, argv[1]);
    printf("%d\\n", own);
  }
}
"""
"""Says of each name on stdin whether dlsym finds it in the library itself."""


def exported(path: Path) -> dict[str, Symbol]:
    return {symbol.name: symbol for symbol in open_library(path).symbols()}


def test_each_kind_of_symbol_is_told_from_the_others(kinds_library: Path) -> None:
    kinds = {name: symbol.kind for name, symbol in exported(kinds_library).items()}
    assert kinds == {
        "answer": SymbolKind.DATA,
        "per_thread": SymbolKind.TLS,
        "add": SymbolKind.FUNCTION,
        "replaceable": SymbolKind.FUNCTION,
        "guarded": SymbolKind.FUNCTION,
        "uses_local": SymbolKind.FUNCTION,
        "picked": SymbolKind.IFUNC,
        "bare_label": SymbolKind.FUNCTION,
        "bare_data": SymbolKind.DATA,
    }


def test_weakness_and_size_are_read(kinds_library: Path) -> None:
    symbols = exported(kinds_library)
    assert symbols["replaceable"].weak
    assert not symbols["add"].weak
    assert symbols["answer"].size == 4
    assert symbols["add"].size > 0
    assert symbols["add"].address > 0


@pytest.mark.parametrize("style", ["gnu", "sysv", "both"])
def test_a_name_is_found_through_either_hash_table(compile_library: Callable[..., Path], style: str) -> None:
    functions = "\n".join(f"int function_{index}(void) {{ return {index}; }}" for index in range(300))
    path = compile_library(functions, f"lib{style}.so", (f"-Wl,--hash-style={style}",))
    library = open_library(path)
    found = {library.find(f"function_{index}") for index in range(300)}
    assert library.find("function_300") is None
    assert len(found) == 300
    assert found == set(library.symbols()) - {library.find(name) for name in ("_init", "_fini")}


def test_looking_up_and_listing_agree_before_and_after_the_list_was_read(kinds_library: Path) -> None:
    path = kinds_library.with_name("copy.so")
    shutil.copy(kinds_library, path)
    library = open_library(path)
    before = {name: library.find(name) for name in (*library.names(), "absent", "hidden_helper", "local_helper")}
    library.symbols()
    assert {name: library.find(name) for name in before} == before
    assert before["absent"] is before["hidden_helper"] is before["local_helper"] is None


def test_a_plain_name_finds_the_default_version(versions_library: Path) -> None:
    library = open_library(versions_library)
    found = library.find("open_it")
    assert found is not None
    assert (found.version, found.default) == ("DEMO_2", True)
    versions = {(entry.version, entry.default) for entry in library.symbols() if entry.name == "open_it"}
    assert versions == {("DEMO_1", False), ("DEMO_2", True)}


def test_a_function_kept_for_old_programs_alone_is_listed_but_not_found(versions_library: Path) -> None:
    library = open_library(versions_library)
    assert [entry.default for entry in library.symbols() if entry.name == "gone"] == [False]
    assert library.find("gone") is None
    assert "gone" not in library.names()


def test_names_of_versions_are_no_symbols(versions_library: Path) -> None:
    assert not {"DEMO_1", "DEMO_2"} & set(open_library(versions_library).names())


def test_find_agrees_with_dlsym(
    versions_library: Path, kinds_library: Path, compile_program: Callable[..., Path]
) -> None:
    program = compile_program(DLSYM)
    names = ["open_it", "gone", "steady", "old_open", "new_open", "DEMO_1", "answer", "add", "replaceable", "guarded"]
    names += ["hidden_helper", "local_helper", "uses_local", "bare_label", "bare_data", "_init", "absent"]
    for path in (versions_library, kinds_library):
        library = open_library(path)
        asked = subprocess.run(
            [program, path], input="\n".join(names), text=True, capture_output=True, check=True, timeout=30
        )
        truth = dict(zip(names, asked.stdout.split(), strict=True))
        assert truth == {name: "0" if library.find(name) is None else "1" for name in names}


def test_a_stripped_library_reads_the_same(kinds_library: Path, tmp_path: Path) -> None:
    bare = tmp_path / "libkinds.so"
    subprocess.run(["strip", "--strip-all", "-o", bare, kinds_library], check=True, timeout=30)
    assert _shape(open_library(bare).symbols()) == _shape(open_library(kinds_library).symbols())


def test_section_headers_are_not_needed(kinds_library: Path, tmp_path: Path) -> None:
    image = bytearray(kinds_library.read_bytes())
    image[40:48], image[58:64] = bytes(8), bytes(6)
    bare = tmp_path / "libkinds.so"
    bare.write_bytes(image)
    assert _shape(open_library(bare).symbols()) == _shape(open_library(kinds_library).symbols())


def _shape(symbols: tuple[Symbol, ...]) -> set[tuple[object, ...]]:
    return {(entry.name, entry.kind, entry.version, entry.weak, entry.size) for entry in symbols}


def test_a_library_says_what_it_is_and_what_it_needs(compile_library: Callable[..., Path]) -> None:
    flags = ("-Wl,-soname,libx.so.3", "-Wl,--no-as-needed", "-lm", "-Wl,--build-id=0xc0ffee")
    library = open_library(
        compile_library("int x;", "libx.so", (*flags, "-Wl,--enable-new-dtags,-rpath,$ORIGIN:/opt/x"))
    )
    assert library.format == "elf"
    assert library.bits == 64
    assert library.soname == "libx.so.3"
    assert "libm.so.6" in library.needed
    assert library.build_id == "c0ffee"
    assert (library.rpath, library.runpath) == ((), ("$ORIGIN", "/opt/x"))


def test_the_older_rpath_is_told_from_runpath(compile_library: Callable[..., Path]) -> None:
    library = open_library(compile_library("int y;", "liby.so", ("-Wl,--disable-new-dtags,-rpath,/opt/y",)))
    assert (library.rpath, library.runpath) == (("/opt/y",), ())


def test_names_taken_from_other_libraries_are_listed_apart(compile_library: Callable[..., Path]) -> None:
    source = "int outside(void); int inside(void) { return outside(); }"
    library = open_library(compile_library(source, "libimports.so"))
    assert "outside" in library.imports()
    assert "inside" not in library.imports()


def test_imports_are_known_where_nothing_is_exported(compile_library: Callable[..., Path]) -> None:
    source = "int outside(void); __attribute__((constructor)) static void start(void) { outside(); }"
    library = open_library(compile_library(source, "libnoexports.so"))
    assert library.symbols() == ()
    assert "outside" in library.imports()


def test_a_slip_in_a_name_gives_the_nearest_one(kinds_library: Path) -> None:
    library = open_library(kinds_library)
    assert library.nearest("replacable") == "replaceable"
    assert library.nearest("Uses_Local") == "uses_local"
    assert library.nearest("entirely_elsewhere") is None


@pytest.mark.parametrize("name", ["", "a\0b", "\udcff", "add\0", "é" * 5000])
def test_a_name_that_no_symbol_can_have_is_simply_not_found(kinds_library: Path, name: str) -> None:
    assert open_library(kinds_library).find(name) is None
