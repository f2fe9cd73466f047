"""`ffi-core symbols` and `ffi-core locate`, as people and programs use them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.cli import main

SOURCE = "int table[4]; int add(int a, int b) { return a + b; } int outside(void); int sub(void) { return outside(); }"


@pytest.fixture
def library(compile_library: Callable[..., Path]) -> Path:
    return compile_library(SOURCE, "libcli.so", ("-nostdlib",))


def test_symbols_as_json_are_objects_with_name_and_kind(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["symbols", str(library), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {(row["name"], row["kind"]) for row in rows} == {("table", "data"), ("add", "function"), ("sub", "function")}
    assert {"version", "weak", "size", "address"} <= set(rows[0])


def test_symbols_can_be_chosen_by_name_and_kind(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["symbols", str(library), "--filter", "*b*", "--kind", "function"]) == 0
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == ["sub"]


def test_undefined_symbols_are_the_ones_it_takes_from_others(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["symbols", str(library), "--undefined", "--json"]) == 0
    assert {"name": "outside"} in json.loads(capsys.readouterr().out)
    assert main(["symbols", str(library), "--undefined", "--filter", "out*"]) == 0
    assert capsys.readouterr().out == "outside\n"


def test_a_name_is_located_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["symbols", "libm.so.6", "--filter", "cos"]) == 0
    assert capsys.readouterr().out.startswith("cos\t")


def test_a_plain_file_name_of_the_working_directory_is_taken_where_the_loader_finds_nothing(
    library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(library.parent)
    assert main(["symbols", library.name, "--filter", "add"]) == 0
    assert capsys.readouterr().out.startswith("add\t")


CPLUSPLUS = """
int one(int) __asm__("_ZN4demo5scaleEi");
int one(int by) { return by; }
int two(double) __asm__("_Z5scaled");
int two(double by) { return by; }
"""
"""What a C++ compiler makes of demo::scale(int) and scale(double)."""


def test_mangled_names_are_shown_as_they_were_written(
    compile_library: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    library = compile_library(CPLUSPLUS, "libcplusplus.so")
    assert main(["symbols", str(library), "--demangle", "--json", "--filter", "*scale*"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["demangled"] for row in rows} == {"demo::scale(int)", "scale(double)"}
    assert main(["symbols", str(library), "--demangle", "--filter", "scale(*"]) == 0
    assert capsys.readouterr().out.startswith("scale(double)\tfunction")


def test_without_the_demangler_it_says_what_to_install(
    library: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ffi_core.cli.symbols.find_spec", lambda _: None)
    assert main(["symbols", str(library), "--demangle"]) == 2
    assert "pip install 'ffi-lsp[demangle]'" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["libnothere.so.9", "/", "./absent.so", "/dev/null", __file__])
def test_what_cannot_be_read_gives_exit_code_2_and_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["symbols", name]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("ffi-core symbols: ")
    assert output.err.count("\n") == 1


def test_a_reader_that_leaves_early_is_met_with_silence() -> None:
    program = "import sys; from ffi_core.cli import main; sys.exit(main(['symbols', 'libc.so.6', '--json']))"
    command = f'{sys.executable} -c "{program}" | head -n 1; echo ${{PIPESTATUS[0]}}'
    shell = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert shell.stdout.splitlines() == ["[", "0"]
    assert shell.stderr == ""


def test_locate_prints_every_step(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["locate", str(library)]) == 0
    assert capsys.readouterr().out == f"{library}: found\n"
    assert main(["locate", "libnothere.so.9"]) == 2
    output = capsys.readouterr()
    assert "/usr/lib/libnothere.so.9: no such file" in output.out.splitlines()
    assert "'libnothere.so.9' not found" in output.err


def test_locate_as_json_gives_path_steps_and_failure(library: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["locate", f"./{library.name}", "--base", str(library.parent), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["path"] == str(library)
    assert found["steps"] == [{"place": str(library), "outcome": "found"}]
    assert found["failure"] is None
    script = library.with_name("libscript.so")
    script.write_text("INPUT(libcli.so)")
    assert main(["locate", str(script), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["failure"]["reason"] == "linker-script"
