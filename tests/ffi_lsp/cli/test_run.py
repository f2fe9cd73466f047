"""One process or several, a terminal or a pipe, a whole tree or a text on standard input: the findings are the same."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ffi_lsp.workspace import Workspace

if TYPE_CHECKING:
    from conftest import Check, Write

SAMPLE = 'Deno.dlopen("libc.so.6", { abs: { parameters: ["int"], result: "i32" } });\n'


def test_several_processes_find_the_same_in_the_same_order(project: Path, write: Write, check: Check) -> None:
    for number in range(30):
        write(f"part{number % 3}/file{number}.ts", "export {};\n" if number % 4 else SAMPLE)
    write("ffi.toml", '[rules]\nignore = ["FFI304"]\n')
    (project / "gone.ts").symlink_to("nowhere")
    alone, together = check(".", "--format=json"), check(".", "--format=json", "--jobs=3")
    assert alone == together
    assert alone.code == 1
    assert len(alone.found) == 8


@pytest.mark.parametrize("number", ["0", "-1", "x", "1000"])
def test_a_number_of_processes_that_makes_no_sense_is_refused(number: str, check: Check) -> None:
    with pytest.raises(SystemExit) as ended:
        check(f"--jobs={number}")
    assert ended.value.code == 2


def test_explain_is_an_option_too(check: Check) -> None:
    said = check("--explain", "FFI201")
    assert said.code == 0
    assert said.out.startswith("# FFI201: symbol-not-exported\n")
    assert check("--explain", "FFI9999").code == 2


def test_a_mistake_of_our_own_in_one_file_leaves_the_others_judged(
    write: Write, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.ts", SAMPLE)
    write("b.ts", SAMPLE)
    judge = Workspace.snapshot

    def fails_once(self: Workspace, path: Path, *rest: object) -> object:
        if path.name == "a.ts":
            raise ZeroDivisionError("by nothing")
        return judge(self, path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Workspace, "snapshot", fails_once)
    said = check(".", "--format=json")
    assert said.code == 2
    assert said.files == ["b.ts"]
    assert said.err.startswith(
        "ffi-lsp: a.ts: not judged, by a mistake of ffi-lsp itself: ZeroDivisionError: by nothing"
    )


def test_statistics_are_there_for_programs_too(write: Write, check: Check) -> None:
    write("a.ts", SAMPLE)
    assert check("--statistics", "--format=json").found == [{"code": "FFI101", "name": "unknown-type", "count": 1}]


def test_a_fix_keeps_the_rights_of_a_file_and_the_link_that_leads_to_it(
    project: Path, write: Write, check: Check
) -> None:
    file = write("real.ts", SAMPLE)
    file.chmod(0o640)
    (project / "link.ts").symlink_to("real.ts")
    assert check("link.ts", "--fix").code == 0
    assert (project / "link.ts").is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert '"i32"], result' in file.read_text()
    assert sorted(path.name for path in project.iterdir()) == ["link.ts", "real.ts"]


def test_a_patch_of_a_file_without_a_last_line_end_applies(project: Path, write: Write, check: Check) -> None:
    file = write("a.ts", SAMPLE.rstrip("\n"))
    patch = check("a.ts", "--diff").out
    subprocess.run(["git", "apply", "-p0", "-"], input=patch, text=True, check=True, timeout=20)
    assert file.read_text() == SAMPLE.rstrip("\n").replace('"int"', '"i32"')


def on_a_terminal(command: list[str], folder: Path) -> tuple[int, str]:
    """Run a command as a terminal would; its exit code, and what is shown."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    child = subprocess.Popen(command, stdout=theirs, stderr=theirs, cwd=folder, env=environment)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # how Linux tells that the other end is closed
        pass
    os.close(ours)
    return child.wait(20), shown.decode()


def test_on_a_terminal_there_is_colour(project: Path, write: Write, command: list[str]) -> None:
    write("a.ts", SAMPLE)
    code, shown = on_a_terminal([*command, "a.ts"], project)
    assert code == 1
    assert "\x1b[1;31merror[FFI101]\x1b[0m" in shown


def test_on_a_terminal_a_clean_run_says_so(project: Path, write: Write, command: list[str]) -> None:
    write("a.ts", SAMPLE.replace('"int"', '"i32"'))
    write("b.ts", "export {};\n")
    assert on_a_terminal(command, project) == (0, "Nothing found in 2 files, 1 with bindings.\r\n")


def test_on_a_terminal_a_long_run_shows_where_it_is(project: Path, write: Write, command: list[str]) -> None:
    write("a.ts", SAMPLE)
    patient_judge = """
import threading
from rich.progress import Progress as Bar
from ffi_lsp.cli.checking import judge, progress
progress._SECONDS_OF_PATIENCE = 0
drawn, start, judge_at_once = threading.Event(), Bar.start, judge.Judge.judge
def start_and_tell(bar):
    start(bar)
    drawn.set()
def judge_when_drawn(self, path):
    drawn.wait(20)
    return judge_at_once(self, path)
Bar.start, judge.Judge.judge = start_and_tell, judge_when_drawn
"""
    python, option, program, *words = command
    code, shown = on_a_terminal([python, option, patient_judge + program, *words, "a.ts"], project)
    assert code == 1
    assert "file 1" in shown
    assert "error[FFI101]" in shown


def test_a_folder_without_files_to_check_is_told(project: Path, write: Write, check: Check) -> None:
    write("a.txt", SAMPLE)
    assert check(".").err == "ffi-lsp: there is no file to check\n"


def test_hints_are_reported_where_they_are_asked_for(write: Write, check: Check) -> None:
    write(
        "a.ts",
        'const lib = Deno.dlopen("libc.so.6", {\n'
        '  abs: { parameters: ["i32"], result: "i32" },\n'
        '  labs: { parameters: ["i64"], result: "i64" },\n'
        "});\nconsole.log(lib.symbols.abs(-1));\n",
    )
    assert check("--format=json").found == []
    for words in (["--hints"], ["--select=FFI409"], ["--select=declared-but-not-used"]):
        found = check("--format=json", *words).found
        assert [(entry["code"], entry["severity"], entry["symbol"]) for entry in found] == [("FFI409", "hint", "labs")]
    assert check("--format=json", "--select=FFI4").found == []
    write("ffi.toml", "[rules]\nhints = true\n")
    assert len(check("--format=json").found) == 1
    assert check("--format=json", "--min-severity=warning").found == []
