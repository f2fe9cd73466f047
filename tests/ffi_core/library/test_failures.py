"""What is no library gives a typed error that says what was found and, where there is one, what to use instead."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.errors import LibraryLoadError, LibraryNotFoundError, LoadFailure
from ffi_core.library import open_library


def reason(path: Path) -> LoadFailure:
    with pytest.raises(LibraryLoadError) as caught:
        open_library(path).symbols()
    assert str(path) in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        (b"", LoadFailure.NOT_A_LIBRARY),
        (b"#!/bin/sh\n", LoadFailure.NOT_A_LIBRARY),
        (bytes(range(256)), LoadFailure.NOT_A_LIBRARY),
        (b"!<arch>\nmember", LoadFailure.STATIC_ARCHIVE),
        (b"!<thin>\nmember", LoadFailure.STATIC_ARCHIVE),
        (b"INPUT(libncurses.so.6 -ltinfo)", LoadFailure.LINKER_SCRIPT),
        (b"/* GNU ld script", LoadFailure.LINKER_SCRIPT),
        (b"OUTPUT_FORMAT(elf64-x86-64)\nGROUP ( /lib/libc.so.6 /usr/lib/libc_nonshared.a", LoadFailure.LINKER_SCRIPT),
        (b"\x7fELF", LoadFailure.DAMAGED),
        (b"\x7fELF\x02\x01\x01" + bytes(9), LoadFailure.DAMAGED),
        (b"\x7fELF\x03\x01\x01" + bytes(57), LoadFailure.DAMAGED),
        (b"\x7fELF" + b"\xff" * 60, LoadFailure.DAMAGED),
    ],
)
def test_a_file_that_is_no_library_says_what_it_is(contents: bytes, expected: LoadFailure, tmp_path: Path) -> None:
    path = tmp_path / "libx.so"
    path.write_bytes(contents)
    assert reason(path) is expected


def test_a_linker_script_names_the_library_it_refers_to(tmp_path: Path) -> None:
    path = tmp_path / "libc.so"
    path.write_text("/* GNU ld script, with a ( in it */\nGROUP ( /lib/libc.so.6 /usr/lib/libc_nonshared.a )")
    with pytest.raises(LibraryLoadError, match=r"refers to /lib/libc\.so\.6, use that"):
        open_library(path)


def test_a_directory_a_pipe_and_nothing_at_all_are_told_apart(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert reason(tmp_path) is LoadFailure.DIRECTORY
    assert reason(tmp_path / "pipe") is LoadFailure.NOT_A_LIBRARY
    for absent in ("absent.so", "pipe/inside.so", "a" * 5000, "a\0b"):
        with pytest.raises(LibraryNotFoundError):
            open_library(tmp_path / absent)


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "libx.so"
    path.write_bytes(b"\x7fELF")

    def refuse(*_: object) -> int:
        # Root may read everything, so the refusal has to come from here.
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    assert reason(path) is LoadFailure.UNREADABLE


def test_programs_and_object_files_are_refused(compile_program: Callable[[str], Path], tmp_path: Path) -> None:
    program = compile_program("int main(void) { return 0; }")
    assert reason(program) is LoadFailure.NOT_A_LIBRARY
    source = tmp_path / "part.c"
    source.write_text("int part;")
    subprocess.run(["cc", "-c", source, "-o", tmp_path / "part.o"], check=True, timeout=30)
    assert reason(tmp_path / "part.o") is LoadFailure.NOT_A_LIBRARY


def test_a_library_cut_short_is_damaged_or_whole_at_any_length(kinds_library: Path, tmp_path: Path) -> None:
    whole = kinds_library.read_bytes()
    expected = names_or_reason(kinds_library)
    path = tmp_path / "libshort.so"
    outcomes = []
    for length in range(4, len(whole), 97):
        path.write_bytes(whole[:length])
        outcomes.append(names_or_reason(path))
    assert all(outcome in (expected, LoadFailure.DAMAGED) for outcome in outcomes)
    assert LoadFailure.DAMAGED in outcomes


def names_or_reason(path: Path) -> tuple[str, ...] | LoadFailure:
    try:
        library = open_library(path)
        found = tuple(name for name in library.names() if library.find(name))
    except LibraryLoadError as error:
        return error.reason
    return found


def test_a_library_replaced_after_it_was_opened_is_noticed(
    kinds_library: Path, versions_library: Path, tmp_path: Path
) -> None:
    path = tmp_path / "libreplaced.so"
    shutil.copy(kinds_library, path)
    library = open_library(path)
    assert library.find("add")
    path.unlink()
    with pytest.raises(LibraryNotFoundError):
        library.find("add")
    shutil.copy(versions_library, path)
    with pytest.raises(LibraryLoadError, match="changed since it was opened"):
        library.find("add")
    assert open_library(path).find("open_it")


def test_what_was_read_stays_readable_when_the_file_is_gone(kinds_library: Path, tmp_path: Path) -> None:
    path = tmp_path / "libgone.so"
    shutil.copy(kinds_library, path)
    library = open_library(path)
    symbols = library.symbols()
    path.unlink()
    assert library.symbols() == symbols
    assert library.find("add") in symbols
    assert "add" in library.names()


def test_a_library_opened_by_a_relative_path_stays_readable_elsewhere(
    kinds_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(kinds_library.parent)
    library = open_library(kinds_library.name)
    monkeypatch.chdir(tmp_path)
    assert library.path == kinds_library
    assert library.find("add")


def test_the_same_file_in_the_same_state_is_read_once(kinds_library: Path) -> None:
    assert open_library(kinds_library) is open_library(str(kinds_library))


def test_a_claim_of_terabytes_is_refused_not_believed(kinds_library: Path, tmp_path: Path) -> None:
    image = bytearray(kinds_library.read_bytes())
    # DT_STRSZ is tag 10; its value follows.
    entry = image.index((10).to_bytes(8, "little"), int.from_bytes(image[32:40], "little") + 56 * 8)
    image[entry + 8 : entry + 16] = (1 << 39).to_bytes(8, "little")
    path = tmp_path / "libsparse.so"
    path.write_bytes(image)
    os.truncate(path, 1 << 40)
    assert reason(path) is LoadFailure.DAMAGED
