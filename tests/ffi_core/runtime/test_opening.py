"""Opening a library: what is no library, what is missing, what the schema gets wrong; nothing half-opened stays."""

from __future__ import annotations

import os
import platform
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import ffi_core
from ffi_core import LibraryLoadError, LibraryNotFoundError, SchemaError, SymbolNotFoundError
from ffi_core.errors import LoadFailure

ANSWER = {"answer": {"parameters": [], "result": "i32"}}
DATA = Path(__file__).parents[2] / "data" / "library"
OTHER_MACHINE = "aarch64" if platform.machine() == "x86_64" else "riscv64"


@pytest.fixture(autouse=True)
def leaves_nothing_mapped(tmp_path: Path) -> Iterator[None]:
    yield
    maps = Path("/proc/self/maps")
    if maps.exists():
        assert str(tmp_path) not in maps.read_text()


def failure(path: Path | str) -> LibraryLoadError:
    with pytest.raises(LibraryLoadError) as caught:
        ffi_core.dlopen(path, ANSWER)
    assert str(path) in str(caught.value)
    return caught.value


def header(machine: int, bits: int = 2) -> bytes:
    """The head of an ELF shared object for another machine."""
    return struct.pack("<4sBBBB8xHHI", b"\x7fELF", bits, 1, 1, 0, 3, machine, 1) + bytes(200)


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        (b"", LoadFailure.NOT_A_LIBRARY),
        (b"plain text", LoadFailure.NOT_A_LIBRARY),
        (b"#!/bin/sh\n", LoadFailure.NOT_A_LIBRARY),
        (b"!<arch>\nmember", LoadFailure.STATIC_ARCHIVE),
        (b"/* GNU ld script */\nGROUP ( /lib/libc.so.6 )", LoadFailure.LINKER_SCRIPT),
        (b"\x7fELF", LoadFailure.DAMAGED),
        (b"\x7fELF" + b"\xff" * 60, LoadFailure.DAMAGED),
        (b"MZ" + bytes(100), LoadFailure.NOT_A_LIBRARY),
    ],
)
def test_a_file_that_is_no_library_says_what_it_is(contents: bytes, expected: LoadFailure, tmp_path: Path) -> None:
    path = tmp_path / "libx.so"
    path.write_bytes(contents)
    assert failure(path).reason in (expected, LoadFailure.DAMAGED)


def test_a_linker_script_names_what_it_refers_to(tmp_path: Path) -> None:
    path = tmp_path / "libc.so"
    path.write_text("/* GNU ld script */\nGROUP ( /lib/libc.so.6 /usr/lib/libc_nonshared.a )")
    error = failure(path)
    assert error.reason is LoadFailure.LINKER_SCRIPT
    assert "/lib/libc.so.6" in error.detail


def test_a_library_for_another_machine_names_both(tmp_path: Path) -> None:
    error = failure(DATA / f"libdemo-{OTHER_MACHINE}.so.3")
    assert error.reason is LoadFailure.WRONG_ARCHITECTURE
    assert OTHER_MACHINE in error.detail
    assert platform.machine() in error.detail


def test_libraries_of_other_systems_are_refused() -> None:
    for name in ("libdemo-x86_64.dylib", "demo-x86_64.dll"):
        assert isinstance(failure(DATA / name).reason, LoadFailure)


def test_a_cut_library_is_refused(conformance: Path, tmp_path: Path) -> None:
    whole = conformance.read_bytes()
    for size in (64, 500, len(whole) // 2):
        path = tmp_path / f"lib{size}.so"
        path.write_bytes(whole[:size])
        assert failure(path).reason in (LoadFailure.DAMAGED, LoadFailure.REFUSED, LoadFailure.NOT_A_LIBRARY)


def test_a_directory_a_pipe_a_socket_and_a_device_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.so")
    assert failure(tmp_path).reason is LoadFailure.DIRECTORY
    assert failure(tmp_path / "pipe.so").reason is LoadFailure.NOT_A_LIBRARY
    assert failure("/dev/null").reason is LoadFailure.NOT_A_LIBRARY
    (tmp_path / "link.so").symlink_to(tmp_path / "pipe.so")
    assert failure(tmp_path / "link.so").reason is LoadFailure.NOT_A_LIBRARY


def test_a_file_that_may_not_be_read_says_so(conformance: Path, tmp_path: Path) -> None:
    path = tmp_path / "libsecret.so"
    path.write_bytes(conformance.read_bytes())
    path.chmod(0)
    program = (
        "import os, sys, ffi_core, ffi_core.runtime, ffi_core.library\n"
        "try: from ffi_core.runtime import portable; portable._loader()\n"
        "except ImportError: pass\n"
        "if os.geteuid() == 0: os.setegid(65534); os.seteuid(65534)\n"
        "try: ffi_core.dlopen(sys.argv[1], {})\n"
        "except ffi_core.LibraryLoadError as error: print(error.reason.value)\n"
    )
    for folder in (tmp_path, *tmp_path.parents):
        if os.geteuid() == 0 and str(folder).startswith("/tmp/"):
            folder.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("unreadable\n", "")


@pytest.mark.parametrize(
    "name",
    ["libnosuch-ffi-core.so", "/nowhere/libx.so", "./nowhere.so", "", "a\0b", "x" * 5000, "/\udcff.so", "\ud800"],
)
def test_a_library_that_is_not_there_is_not_found(name: str) -> None:
    with pytest.raises(LibraryNotFoundError) as caught:
        ffi_core.dlopen(name, ANSWER)
    assert caught.value.name == name
    assert isinstance(caught.value, OSError)


def test_a_near_name_is_proposed() -> None:
    with pytest.raises(LibraryNotFoundError, match=r"did you mean 'libm\.so"):
        ffi_core.dlopen("libm.so.66", ANSWER)


def test_a_library_whose_own_need_is_missing_says_which(compile_library: Callable[..., Path], tmp_path: Path) -> None:
    needed = tmp_path / "libneeded.so"
    needed.write_bytes(compile_library("int x;", "libneeded.so", ("-Wl,-soname,libneeded.so",)).read_bytes())
    path = compile_library("int y;", "libneedy.so", (str(needed), "-Wl,--no-as-needed", str(needed)))
    needed.unlink()
    error = failure(path)
    assert error.reason is LoadFailure.REFUSED
    assert "libneeded.so" in error.detail


@pytest.mark.parametrize("path", [5, b"libm.so.6", True, [], object()])
def test_a_path_of_another_kind_is_refused(path: Any) -> None:
    with pytest.raises(TypeError, match=r"dlopen\(\) takes the library as str, path or None, not "):
        ffi_core.dlopen(path, ANSWER)


def test_str_path_and_none_open(conformance: Path) -> None:
    for path in (conformance, str(conformance), os.path.relpath(conformance)):
        if "/" in str(path):
            assert ffi_core.dlopen(path, ANSWER).answer() == 42
    process = ffi_core.dlopen(None, {"getpid": {"parameters": [], "result": "i32"}})
    assert process.getpid() == os.getpid()
    assert "the process" in repr(process)


def test_a_missing_symbol_names_the_nearest_and_leaves_nothing_open(
    compile_library: Callable[..., Path], tmp_path: Path
) -> None:
    path = tmp_path / "libgone.so"
    path.write_bytes(compile_library("int answer(void) { return 1; }").read_bytes())
    with pytest.raises(SymbolNotFoundError) as caught:
        ffi_core.dlopen(path, {"anwser": {"parameters": [], "result": "i32"}})
    assert (caught.value.symbol, caught.value.nearest) == ("anwser", "answer")
    assert isinstance(caught.value, AttributeError)
    assert str(path) in str(caught.value)


def test_an_optional_symbol_that_is_missing_is_none(conformance: Path) -> None:
    missing = {"parameters": [], "result": "i32", "optional": True}
    static = {"type": "i32", "optional": True}
    library = ffi_core.dlopen(conformance, {"a": missing, "b": missing | {"nonblocking": True}, "c": static} | ANSWER)
    assert (library.a, library.b, library.c, library["a"]) == (None, None, None, None)
    assert library.answer() == 42


def test_every_mistake_of_a_schema_is_told_before_anything_is_loaded() -> None:
    schema = {
        "one": {"parameters": ["i23"], "result": "i32"},
        "two": {"parametres": [], "result": "void"},
        "three": {"args": ["i32"], "returns": "i32"},
        "a b": {"parameters": ["void"], "result": "void", "optional": 1},
        "four": {"parameters": [{"struct": ["u8", {"struct": []}]}], "result": "void"},
        "x\0y": {"type": "i32"},
        "": {"type": "i32"},
        "five": 5,
    }
    with pytest.raises(SchemaError) as caught:
        ffi_core.dlopen("/nowhere/libx.so", schema)  # type: ignore[arg-type]
    assert [str(problem) for problem in caught.value.problems] == [
        "one.parameters[0]: unknown native type 'i23'; did you mean 'i32'?",
        "two.parametres: unknown field; did you mean 'parameters'?",
        "two: missing field 'parameters'; write [] where there are none",
        "three.args: unknown field; here it is called 'parameters'",
        "three.returns: unknown field; here it is called 'result'",
        "['a b'].optional: expected True or False, not int 1",
        "['a b'].parameters[0]: 'void' is a result only",
        "four.parameters[0].struct[1].struct: a struct needs at least one field",
        r"['x\x00y']: a symbol's name cannot hold a NUL character: 'x\x00y'",
        "['']: a symbol's name cannot be empty",
        "five: expected a dict with parameters and result, or type, not int 5",
    ]
    assert isinstance(caught.value, TypeError)


@pytest.mark.parametrize("schema", [None, [], "answer", 5, [("answer", {})], pytest.param(10**5000, id="huge")])
def test_a_schema_that_is_no_dict_is_refused(schema: Any, conformance: Path) -> None:
    with pytest.raises(SchemaError, match="a schema is a dict from symbol name to declaration, not "):
        ffi_core.dlopen(conformance, schema)


def test_an_empty_schema_opens(conformance: Path) -> None:
    assert dir(ffi_core.dlopen(conformance, {})) == []
