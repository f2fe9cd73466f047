"""A baseline hides what is known, wherever its lines have moved to, and tells what is gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Check, Write

ONE = 'Porffor.dlopen("libc.so.6", { toupper: { parameters: ["int"], result: "i32" } });\n'
TWO = 'Porffor.dlopen("libc.so.6", { tolower: { parameters: ["uint"], result: "i32" } });\n'
KNOWN = ("--baseline", "known.json")


@pytest.fixture
def known(write: Write, check: Check) -> Path:
    """A project with one finding, which is known."""
    file = write("a.ts", ONE)
    said = check("a.ts", *KNOWN, "--write-baseline", "--select=FFI101")
    assert (said.code, said.out) == (0, "1 finding written to known.json.\n")
    return file


def test_what_is_known_is_not_reported_and_what_is_new_is(known: Path, check: Check) -> None:
    said = check("a.ts", *KNOWN, "--select=FFI101")
    assert (said.code, said.out, said.err) == (0, "", "ffi-lsp: 1 finding known to known.json\n")
    known.write_text(ONE + TWO)
    (entry,) = check("a.ts", *KNOWN, "--format=json", "--select=FFI101").found
    assert entry["line"] == 2


def test_moved_and_indented_lines_are_still_known(known: Path, check: Check) -> None:
    known.write_text(f"// one more\n\n{{\n\t{ONE}}}\n")
    assert check("a.ts", *KNOWN, "--select=FFI101").code == 0


def test_a_second_mistake_of_the_same_words_is_new(known: Path, check: Check) -> None:
    known.write_text(ONE + ONE)
    (entry,) = check("a.ts", *KNOWN, "--format=json", "--select=FFI101").found
    assert entry["line"] == 2


def test_what_is_gone_is_told_and_taken_out(known: Path, write: Write, check: Check) -> None:
    known.write_text("export {};\n")
    said = check("a.ts", *KNOWN, "--select=FFI101")
    assert said.code == 0
    assert "known.json: no longer found: a.ts: FFI101 unknown-type: toupper" in said.err
    check("a.ts", *KNOWN, "--write-baseline", "--select=FFI101")
    assert json.loads(Path("known.json").read_text())["files"] == {}


def test_files_that_are_not_checked_keep_what_is_known_of_them(known: Path, write: Write, check: Check) -> None:
    write("b.ts", TWO)
    said = check("b.ts", *KNOWN, "--select=FFI101")
    assert said.code == 1
    assert "no longer found" not in said.err
    check("b.ts", *KNOWN, "--write-baseline", "--select=FFI101")
    assert check(".", *KNOWN, "--select=FFI101").code == 0
    known.unlink()
    assert "no longer found: a.ts" in check("b.ts", *KNOWN, "--select=FFI101").err


def test_names_of_files_start_at_the_baseline(known: Path, monkeypatch: pytest.MonkeyPatch, check: Check) -> None:
    (known.parent / "below").mkdir()
    monkeypatch.chdir(known.parent / "below")
    assert check("../a.ts", "--baseline", "../known.json", "--select=FFI101").code == 0


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"version": 2}', '{"version": 1, "files": {"a": 1}}', "[" * 100_000, "\0"]
)
def test_what_is_no_baseline_is_said(text: str, known: Path, check: Check) -> None:
    Path("known.json").write_text(text)
    said = check("a.ts", *KNOWN)
    assert said.code == 2
    assert said.err.startswith("ffi-lsp: known.json: it is no baseline")


def test_a_baseline_that_is_missing_or_nowhere_is_said(known: Path, check: Check) -> None:
    said = check("a.ts", "--baseline", "other.json")
    assert (said.code, said.err) == (
        2,
        "ffi-lsp: other.json: No such file or directory; --write-baseline makes one\n",
    )
    assert check("a.ts", "--write-baseline").code == 2
    assert check("a.ts", "--baseline", "no/such/folder.json", "--write-baseline").code == 2


def test_sarif_carries_the_same_fingerprints(known: Path, check: Check) -> None:
    known.write_text(f"\n\n{ONE}")
    (run,) = json.loads(check("a.ts", "--format=sarif", "--select=FFI101").out)["runs"]
    (mark,) = json.loads(Path("known.json").read_text())["files"]["a.ts"]
    assert run["results"][0]["partialFingerprints"] == {"ffiLspFinding/v1": mark}
