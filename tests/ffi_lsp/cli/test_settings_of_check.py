"""A check heeds the settings nearest to each file, and the command line above them; mistakes in them end it with 2."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Check, Write

MIXED = (
    'const { toupper } = Porffor.dlopen("libc.so.6", { toupper: { parameters: ["int"], result: "i32" } });\n'
    'Deno.dlopen("libc.so.6", { abs: { parameters: ["i32"], result: "i64" } });\n'
)


def codes(check: Check, *words: str) -> list[str]:
    return [entry["code"] for entry in check("--format=json", *words).found]


def test_each_file_is_judged_by_the_settings_nearest_to_it(project: Path, write: Write, check: Check) -> None:
    write("a.ts", MIXED)
    write("one/a.ts", MIXED)
    write("two/deep/a.ts", MIXED)
    write("one/deno.json", '{"ffi": {"rules": {"ignore": ["FFI304"]}}}')
    write("two/ffi.toml", '[rules]\nselect = ["FFI304"]\n')
    found = [(entry["file"], entry["code"]) for entry in check(".", "--format=json").found]
    assert found == [
        ("a.ts", "FFI101"),
        ("a.ts", "FFI304"),
        ("one/a.ts", "FFI101"),
        ("two/deep/a.ts", "FFI304"),
    ]


def test_the_command_line_stands_above_the_settings(project: Path, write: Write, check: Check) -> None:
    write("a.ts", MIXED)
    write("ffi.toml", '[rules]\nselect = ["FFI304"]\nmin-severity = "error"\n')
    assert codes(check) == []
    assert codes(check, "--min-severity=hint") == ["FFI304"]
    assert codes(check, "--select=FFI1") == ["FFI101"]
    assert codes(check, "--no-config") == ["FFI101", "FFI304"]


def test_a_file_of_settings_can_be_named(project: Path, write: Write, check: Check) -> None:
    write("a.ts", MIXED)
    write("ffi.toml", '[rules]\nignore = ["FFI"]\n')
    write("ci/strict.toml", '[rules]\nselect = ["FFI101"]\n')
    assert codes(check, "--config=ci/strict.toml") == ["FFI101"]
    said = check("--config=ci/other.toml")
    assert (said.code, said.err) == (2, "ffi-lsp: ci/other.toml: there is no such file\n")


def test_every_mistake_in_settings_is_told_with_its_line(project: Path, write: Write, check: Check) -> None:
    write("a.ts", MIXED)
    write("deep/a.ts", MIXED)
    write("deep/ffi.toml", '[rules]\nselec = []\nmin-severity = "bad"\n[run]\nsandbox = false\n')
    said = check(".", "--format=json")
    assert (said.code, said.out) == (2, "")
    place = project / "deep" / "ffi.toml"
    first, second, third = said.err.splitlines()
    assert first.startswith(f"ffi-lsp: {place}:2: rules.selec: there is no such setting")
    assert first.endswith("did you mean select?")
    assert second.startswith(f'ffi-lsp: {place}:3: rules.min-severity: "bad" does not fit')
    assert third.startswith(f"ffi-lsp: {place}:5: run.sandbox: a file of a project cannot set this")


def test_headers_can_be_switched_off_and_told_where_to_look(project: Path, write: Write, check: Check) -> None:
    write("a.ts", 'Deno.dlopen("libc.so.6", { abs: { parameters: ["i32"], result: "i64" } });\n')
    assert codes(check) == ["FFI304"]
    write("ffi.toml", "[headers]\nenabled = false\n")
    assert codes(check) == []
    write("include/ours.h", "long long abs(int);\n")
    write("ffi.toml", '[headers]\ninclude = ["include"]\n')
    write("a.ts", '// ffi-header: ours.h\nDeno.dlopen("libc.so.6", { abs: { parameters: ["i32"], result: "i64" } });\n')
    assert codes(check) == []


def test_a_header_that_is_mentioned_and_cannot_be_read_is_told(project: Path, write: Write, check: Check) -> None:
    write(
        "a.ts", '// ffi-header: missing.h\nDeno.dlopen("libc.so.6", { abs: { parameters: ["i32"], result: "i32" } });\n'
    )
    said = check("a.ts")
    assert said.code == 0
    assert said.err.startswith("ffi-lsp: a.ts: headers: missing.h: ")
    assert "not found" in said.err


def test_when_no_time_is_left_for_headers_it_says_what_it_did_not_look_for(
    project: Path, write: Write, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.ts", 'Deno.dlopen("libc.so.6", { abs: { parameters: ["i32"], result: "i64" } });\n')
    said = check("a.ts", "--header-seconds=0")
    assert (said.code, said.out) == (0, "")
    assert said.err == (
        "ffi-lsp: a.ts: the time for headers, 0 s, was up: 1 of 1 symbols of libc.so.6 were not looked for\n"
    )
