"""The command line: exit codes, reports, fixes, and what it does not load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ffi_lsp.cli import main
from ffi_lsp.report.json import dump

EXAMPLES = Path(__file__).parents[2] / "examples"
BAD = 'const { toupper } = Porffor.dlopen("libc.so.6", { toupper: { parameters: ["int"], result: "i32" } });\n'
GOOD = BAD.replace('"int"', '"i32"')


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys; from ffi_lsp.cli import main; sys.exit(main())", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with good, bad, foreign and hidden files, as the working directory."""
    for name, text in {
        "good.ts": GOOD,
        "bad.ts": BAD,
        "deep/er/bad.mjs": BAD,
        "deep/plain.js": "console.log(1);",
        "notes.txt": BAD,
        "node_modules/m/bad.js": BAD,
        ".git/bad.js": BAD,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_clean_file_gives_silence_and_0(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "good.ts"]) == 0
    assert capsys.readouterr() == ("", "")


def test_findings_give_1_and_name_their_place(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "bad.ts"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("bad.ts:1:75: error[FFI101]")
    assert out.endswith("1 finding in 1 file, 1 of which --fix can mend.\n")
    assert "\x1b" not in out


def test_directories_are_searched_but_not_those_of_others(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", ".", "--format", "json"]) == 1
    assert [entry["file"] for entry in json.loads(capsys.readouterr().out)] == ["bad.ts", "deep/er/bad.mjs"]


def test_a_file_that_is_named_is_read_whatever_its_suffix(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "notes.txt", "node_modules/m/bad.js", "notes.txt", "--format=json"]) == 1
    assert len(json.loads(capsys.readouterr().out)) == 2


def test_json_of_a_clean_file_is_an_empty_array(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "good.ts", "--format", "json"]) == 0
    assert capsys.readouterr().out == dump([]) + "\n"


def test_a_missing_path_gives_2_and_the_rest_is_still_checked(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "absent.ts", "bad.ts"]) == 2
    shown = capsys.readouterr()
    assert "absent.ts" in shown.err
    assert "FFI101" in shown.out


def test_files_that_are_no_text_are_no_accident(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "binary.ts").write_bytes(bytes(range(256)) * 20 + b"Porffor.dlopen(\xff" + bytes(range(256)))
    (project / "loop").symlink_to(project)
    (project / "dangling.ts").symlink_to(project / "nowhere")
    assert main(["check", "binary.ts"]) == 0
    assert main(["check", ".", "--ignore=FFI101"]) == 0
    assert capsys.readouterr().err == "ffi-lsp: dangling.ts: it is a link that leads nowhere; passed over\n"
    assert main(["check", "dangling.ts"]) == 2


def test_fix_mends_the_file_and_reports_what_is_left(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "bad.ts").write_text(BAD + "Porffor.dlopen('libc.so.6', { getpid: { result: 'int' } });")
    assert main(["check", "--fix", "bad.ts"]) == 1
    assert (project / "bad.ts").read_text() == GOOD + "Porffor.dlopen('libc.so.6', { getpid: { result: 'i32' } });"
    assert "2 mistakes mended." in capsys.readouterr().out


def test_fix_leaves_a_clean_file_untouched(project: Path) -> None:
    before = Path("good.ts").stat()
    assert main(["check", "--fix", "good.ts"]) == 0
    assert Path("good.ts").stat().st_mtime_ns == before.st_mtime_ns


def test_explain_knows_codes_and_names(capsys: pytest.CaptureFixture[str]) -> None:
    for word in ("FFI201", "ffi201", "symbol-not-exported"):
        assert main(["explain", word]) == 0
        assert capsys.readouterr().out.startswith("# FFI201: symbol-not-exported\n")


def test_explain_of_an_unknown_rule_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "symbol-not-exportet"]) == 2
    assert "did you mean symbol-not-exported?" in capsys.readouterr().err


def test_rules_lists_each_once(capsys: pytest.CaptureFixture[str]) -> None:
    from ffi_lsp.rules import RULES

    assert main(["rules"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(RULES)


def test_version_and_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("ffi-lsp ")
    with pytest.raises(SystemExit) as wrong:
        main(["check", "--fromat=json"])
    assert wrong.value.code == 2


def test_without_a_path_this_directory_is_searched(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "json"]) == 1
    assert [entry["file"] for entry in json.loads(capsys.readouterr().out)] == ["bad.ts", "deep/er/bad.mjs"]


@pytest.mark.parametrize(
    "words", [["--version"], ["rules"], ["explain", "FFI201"], ["check", str(EXAMPLES / "sqlite.porf.ts")]]
)
def test_commands_start_without_the_protocol_and_without_rich(words: list[str]) -> None:
    program = (
        "import sys; from ffi_lsp.cli import main; main(sys.argv[1:]);"
        "print([m for m in ('pygls', 'lsprotocol', 'rich', 'ctypes', 'cffi') if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr.strip() == "[]"


def test_a_file_without_bindings_loads_no_grammar(tmp_path: Path) -> None:
    (tmp_path / "plain.ts").write_text("export const a = 1;")
    program = (
        "import sys; from ffi_lsp.cli import main; main(['check', sys.argv[1]]); print('tree_sitter' in sys.modules)"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    assert subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout == "False\n"


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    program = "import sys; from ffi_lsp.cli import main; sys.exit(main())"
    command = f"{sys.executable} -c '{program}' rules | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""


def test_nothing_to_colour_in_a_pipe() -> None:
    done = run("check", str(EXAMPLES / "mistakes.porf.ts"))
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
