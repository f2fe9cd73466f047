"""`ffi-core call` and `ffi-core bench`: what they print, and the exit codes that scripts rely on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ffi_core.cli import main

SOURCE = """
#include <stdio.h>
#include <stdlib.h>
int add(int a, int b) { return a + b; }
double half(double x) { return x / 2; }
int say(const char *text) { return puts(text); }
void nothing(void) {}
void *same(void *address) { return address; }
int crash(void) { abort(); }
void leave(int code) { exit(code); }
int spin(void) { for (volatile int turn = 0;; turn = !turn) {} }
"""


@pytest.fixture
def library(compile_library) -> Path:
    return compile_library(SOURCE, "libcommands.so")


@pytest.fixture
def file(library: Path, tmp_path: Path) -> Path:
    found = tmp_path / "commands.ts"
    found.write_text(f"""
const {{ add, half, crash, leave, spin, wrong }} = Porffor.dlopen("{library}", {{
  add: {{ parameters: ["i32", "i32"], result: "i32" }},
  half: {{ parameters: ["f64"], result: "f64" }},
  crash: {{ parameters: [], result: "i32" }},
  leave: {{ parameters: ["i32"] , result: "void" }},
  spin: {{ parameters: [], result: "i32" }},
  wrong: {{ parameters: ["int"], result: "i32" }},
}});
half(0.5);
""")
    return found


# --- call -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signature", "words", "printed"),
    [
        ("add(i32, i32) -> i32", ["40", "-2"], "38\n"),
        ("half(f64) -> f64", ["1e-3"], "0.0005\n"),
        ("half(f64) -> f64", ["--", "-inf"], "-Infinity\n"),
        ("same(pointer) -> pointer", ["0x7f0"], "0x7f0\n"),
        ("say(buffer) -> i32", ["hello"], "hello\n6\n"),
        ("nothing()", [], ""),
    ],
)
def test_call_prints_what_the_library_prints_and_then_the_result(
    library: Path, capfd: pytest.CaptureFixture[str], signature: str, words: list[str], printed: str
) -> None:
    assert main(["call", str(library), signature, *words]) == 0
    assert capfd.readouterr() == (printed, "")


@pytest.mark.parametrize(
    ("signature", "words", "cause"),
    [("crash() -> i32", [], "SIGABRT"), ("leave(i32)", ["3"], "exit 3"), ("spin() -> i32", [], "timed out")],
)
def test_call_gives_1_and_the_cause_where_the_function_does_not_come_back(
    library: Path, capfd: pytest.CaptureFixture[str], signature: str, words: list[str], cause: str
) -> None:
    assert main(["call", "--timeout", "1", str(library), signature, *words]) == 1
    out, error = capfd.readouterr()
    assert out == ""
    assert error.startswith(f"ffi-core call: {cause}: ")


@pytest.mark.parametrize(
    ("signature", "words", "said"),
    [
        ("add(i32, i32) -> i32", ["1"], "takes 2 arguments (i32, i32), not 1"),
        ("add(i32, i32) -> i32", ["1", "2", "3"], "takes 2 arguments (i32, i32), not 3"),
        ("add(i32, i32) -> i32", ["1", "two"], "'two' is no i32"),
        ("add(int, i32) -> i32", ["1", "2"], "did you mean 'i32'?"),
        ("add -> i32", [], "is no signature"),
        ("ad(i32, i32) -> i32", ["1", "2"], "did you mean 'add'?"),
    ],
)
def test_call_gives_2_where_it_cannot_call(
    library: Path, capfd: pytest.CaptureFixture[str], signature: str, words: list[str], said: str
) -> None:
    assert main(["call", str(library), signature, *words]) == 2
    out, error = capfd.readouterr()
    assert out == ""
    assert said in error
    assert "Traceback" not in error


def test_call_as_json_is_one_object(library: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["call", "--json", str(library), "add(i32, i32) -> i32", "1", "2"]) == 0
    report = json.loads(capfd.readouterr().out)
    assert (report["status"], report["result"], report["calls"], report["cause"]) == ("done", 3, 1, None)


def test_call_as_json_keeps_its_exit_code(library: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["call", "--json", str(library), "crash() -> i32"]) == 1
    assert json.loads(capfd.readouterr().out)["cause"] == "SIGABRT"


@pytest.mark.parametrize("word", ["0", "-1", "nan", "soon", "1e9"])
def test_a_time_limit_that_is_none_is_refused(library: Path, capfd: pytest.CaptureFixture[str], word: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["call", f"--timeout={word}", str(library), "crash() -> i32"])
    assert caught.value.code == 2
    assert "no number of seconds" in capfd.readouterr().err


# --- bench ----------------------------------------------------------------------------------------------------------


def test_bench_takes_its_arguments_from_a_call_in_the_file(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", str(file), "--symbol", "half", "--json"]) == 0
    report = json.loads(capfd.readouterr().out)
    assert (report["result"], report["arguments"], report["arguments_from"]) == (0.25, [0.5], "call")
    assert report["median_ns"] > 0
    assert report["calls"] > 100


def test_bench_prefers_the_arguments_of_the_request(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", str(file), "--symbol", "add", "--args", "[40, 2]", "--json"]) == 0
    report = json.loads(capfd.readouterr().out)
    assert (report["result"], report["arguments_from"]) == (42, "request")


def test_bench_prints_a_block_for_people(file: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", str(file), "--symbol", "half"]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[0] == "half(f64) -> f64"
    assert [line.split()[0] for line in lines[1:6]] == ["library", "result", "median", "rate", "calls"]
    assert "per call" in lines[3]


@pytest.mark.parametrize(
    ("symbol", "arguments", "cause"),
    [("crash", [], "SIGABRT"), ("leave", ["--args", "[3]"], "exit 3"), ("spin", ["--timeout", "1"], "timed out")],
)
def test_bench_gives_1_and_the_cause_where_the_function_does_not_come_back(
    file: Path, capfd: pytest.CaptureFixture[str], symbol: str, arguments: list[str], cause: str
) -> None:
    assert main(["bench", str(file), "--symbol", symbol, *arguments]) == 1
    assert cause in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--symbol", "add"], "give them like this: --args '[1, 1]'"),
        (["--symbol", "add", "--args", "[1]"], "takes 2 arguments (i32, i32), not 1"),
        (["--symbol", "add", "--args", "{}"], "takes a JSON array"),
        (["--symbol", "add", "--args", "[1,"], "is no JSON"),
        (["--symbol", "had"], "did you mean 'add'?"),
        (["--symbol", "zzz"], "it declares add, half"),
        (["--symbol", "wrong", "--args", "[1]"], "has mistakes"),
    ],
)
def test_bench_gives_2_and_the_reason_where_it_cannot_run(
    file: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["bench", str(file), *arguments]) == 2
    out, error = capfd.readouterr()
    assert out == ""
    assert said in error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("const x = 1;", "no call of dlopen"),
        ('const { f } = Porffor.dlopen("libnone-at-all.so", { f: { parameters: [] } });', "libnone-at-all.so"),
        ("const { f } = Porffor.dlopen(name, { f: { parameters: [] } });", "not a text literal"),
    ],
)
def test_a_file_without_a_library_to_load_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    file = tmp_path / "file.js"
    file.write_text(text.replace("[] }", '[], result: "i32" }'))
    assert main(["bench", str(file), "--symbol", "f"]) == 2
    assert said in capfd.readouterr().err


def test_a_missing_file_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", str(tmp_path / "none.ts"), "--symbol", "f"]) == 2
    assert "none.ts: No such file" in capfd.readouterr().err


def test_a_library_beside_the_file_is_found_from_anywhere(
    library: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "libbeside.so").write_bytes(library.read_bytes())
    file = tmp_path / "beside.js"
    file.write_text(
        'const { add } = Porffor.dlopen("./libbeside.so", { add: { parameters: ["i32", "i32"], result: "i32" } });'
    )
    assert main(["bench", str(file), "--symbol", "add", "--args", "[1, 2]", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["result"] == 3


def test_the_limits_are_the_users(library: Path, capfd: pytest.CaptureFixture[str]) -> None:
    limits = ["--timeout", "3", "--memory", "512", "--file-size", "2"]
    assert main(["call", str(library), "add(i32, i32) -> i32", "1", "2", "--json", *limits]) == 0
    held = json.loads(capfd.readouterr().out)["protections"]
    assert held[:3] == ["time 3 s", "memory 512 MiB", "files of 2 MiB"]


@pytest.mark.parametrize("limit", [["--memory", "12"], ["--file-size", "-1"], ["--timeout", "0"]])
def test_limits_that_make_no_sense_are_refused(limit: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["call", "libm.so.6", "cos(f64) -> f64", "1", *limit])
    assert caught.value.code == 2


# --- bench --runtimes -----------------------------------------------------------------------------------------------


@pytest.fixture
def fake_bun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose one runtime is a shell script."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    program = folder / "bun"
    program.write_text('#!/bin/sh\n[ "$1" = --version ] && echo 1.4.5 && exit\necho result 5\nexit ${BUN_EXIT:-0}\n')
    program.chmod(0o755)
    return program


def test_a_whole_file_is_run_on_the_runtimes_that_are_here(
    file: Path, fake_bun: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    exported = tmp_path / "table.md"
    words = [
        "bench",
        str(file),
        "--runtimes",
        "bun,porffor",
        "--runs",
        "2",
        "--json",
        "--export-markdown",
        str(exported),
    ]
    assert main(words) == 0
    report = json.loads(capfd.readouterr().out)
    assert [program["name"] for program in report["programs"]] == ["bun"]
    assert report["programs"][0]["output"] == ["result 5"]
    assert report["programs"][0]["version"] == "1.4.5 + prelude"
    assert [entry["name"] for entry in report["absent"]] == ["porffor"]
    assert "| bun | 1.4.5 + prelude |" in exported.read_text()


def test_the_comparison_is_drawn_where_that_is_asked_for(
    file: Path, fake_bun: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "chart.svg"
    words = ["bench", str(file), "--runtimes", "bun", "--runs", "2", "--export-svg", str(picture)]
    assert main(words) == 0
    assert "1.4.5 + prelude" in picture.read_text()
    assert main([*words[:-1], str(tmp_path / "no" / "folder.svg")]) == 2
    assert "No such file or directory" in capfd.readouterr().err


def test_a_run_that_counts_is_made_unless_it_is_declined(
    file: Path, fake_bun: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ["bench", str(file), "--runtimes", "bun", "--runs", "2", "--json"]
    assert main(words) == 0
    symbols = json.loads(capfd.readouterr().out)["programs"][0]["symbols"]
    assert symbols
    assert {symbol["calls"] for symbol in symbols} == {0}
    assert main([*words, "--no-counts"]) == 0
    report = json.loads(capfd.readouterr().out)
    assert report["programs"][0]["symbols"] == []
    assert (report["uncounted"], report["interrupted"]) == ([], False)


def test_ctrl_c_ends_a_comparison_with_what_is_known(file: Path, fake_bun: Path, tmp_path: Path) -> None:
    note = tmp_path / "runs"
    # The fourth run never ends: one to warm up, two that count, and the one that is interrupted.
    fake_bun.write_text(
        f"""#!/bin/sh
        [ "$1" = --version ] && echo 1.4.5 && exit
        echo run >> {note}
        [ $(wc -l < {note}) -lt 4 ] || exec sleep 600
        echo result 5"""
    )
    command = [
        sys.executable,
        "-c",
        "import ffi_core.cli as cli; exit(cli.main())",
        "bench",
        str(file),
        "--runtimes",
        "bun",
        "--json",
    ]
    with subprocess.Popen([*command, "--timeout", "300"], stdout=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 60
        while not (note.exists() and note.read_text().count("run") == 4) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    report = json.loads(output)
    assert process.returncode == 130
    assert report["interrupted"] is True
    assert len(report["programs"][0]["samples_ms"]) == 2


def test_a_runtime_that_fails_is_bad_news(
    file: Path, fake_bun: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BUN_EXIT", "3")
    assert main(["bench", str(file), "--runtimes", "bun", "--runs", "2"]) == 1
    assert "2 of 2 runs: exit 3" in capfd.readouterr().out


def test_no_runtime_at_all_cannot_be_compared(file: Path, fake_bun: Path, capfd: pytest.CaptureFixture[str]) -> None:
    fake_bun.unlink()
    assert main(["bench", str(file), "--runtimes", "bun,porffor"]) == 2
    assert "npm install" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--runtimes", "ie6"], "unknown runtime 'ie6'; they are porffor, deno, bun, node"),
        (["--runtimes", "all", "--runs", "1"], "no number of runs from 2"),
        (["--runtimes", "all", "--symbol", "half"], "not allowed with"),
        ([], "one of the arguments --symbol --runtimes is required"),
    ],
)
def test_words_that_make_no_sense_are_refused(
    file: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["bench", str(file), *words])
    assert caught.value.code == 2
    assert said in capsys.readouterr().err
