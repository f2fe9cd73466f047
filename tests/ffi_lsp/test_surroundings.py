"""What there is to name around a file, and where headers define structs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ffi_lsp.struct_search import find_struct
from ffi_lsp.surroundings import Surroundings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("libone.so", "libtwo.so.1", "notes.txt", "one.h", ".hidden.so"):
        (tmp_path / name).touch()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "two.h").touch()
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_a_path_proposes_libraries_and_folders(folder: Path) -> None:
    assert Surroundings(folder).library_names("./") == ["./deep/", "./libone.so", "./libtwo.so.1"]
    assert "./.git/" in Surroundings(folder).library_names("./.")


def test_a_bare_name_proposes_what_the_loader_knows_and_the_users_folders(folder: Path, tmp_path: Path) -> None:
    names = Surroundings(tmp_path / "elsewhere", libraries=(folder,)).library_names("lib")
    assert names[:2] == ["libone.so", "libtwo.so.1"]
    assert any(name.startswith("libc.") for name in names)


def test_headers_are_proposed_level_by_level(folder: Path) -> None:
    around = Surroundings(folder)
    assert {"one.h", "deep/"} <= set(around.header_names(""))
    assert "deep/two.h" in around.header_names("deep/tw")
    assert around.header_names("nowhere/") == []


def test_a_header_is_found_beside_the_file_first(folder: Path) -> None:
    assert Surroundings(folder).header_file("deep/two.h") == folder / "deep" / "two.h"
    assert Surroundings(folder).header_file("no_such_header.h") is None


def test_a_path_that_cannot_be_one_finds_nothing(folder: Path) -> None:
    assert Surroundings(folder).library_names("./\0/") == []
    assert Surroundings(folder).header_names("\0/") == []


@pytest.mark.parametrize(
    ("text", "tag", "typedef", "line"),
    [
        ("struct a;\nstruct a *f(void);\nstruct a\n{ int x; };\n", "struct a", None, 3),
        ("typedef struct { int x;\n} b;\nvoid f(b *);\n", "struct", "b", 2),
        ("typedef struct c_ c;\nvoid f(c *);\n", "struct c_", "c", 1),
        ("union u { int x; float y; };\n", "union u", None, 1),
    ],
)
def test_a_struct_is_found_where_it_is_defined(
    tmp_path: Path, text: str, tag: str, typedef: str | None, line: int
) -> None:
    header = tmp_path / "s.h"
    header.write_text(text)
    assert find_struct(str(header), tag, typedef, Surroundings(tmp_path)) == (header, line)


def test_a_struct_is_looked_for_in_the_headers_that_are_included(tmp_path: Path) -> None:
    (tmp_path / "outer.h").write_text('#include "inner.h"\n#include "outer.h"\nstruct a;\n')
    (tmp_path / "inner.h").write_text("\n\nstruct a { int x; };\n")
    assert find_struct("outer.h", "struct a", None, Surroundings(tmp_path)) == (tmp_path / "inner.h", 3)


def test_a_struct_that_no_header_shows_is_found_nowhere(tmp_path: Path) -> None:
    (tmp_path / "s.h").write_text("int x;\n")
    assert find_struct("s.h", "struct a", "b", Surroundings(tmp_path)) is None
    assert find_struct("missing.h", "struct a", None, Surroundings(tmp_path)) is None
