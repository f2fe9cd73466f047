"""`ffi-core prototype` and `ffi-core verify`, as people and programs use them."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ffi_core.cli import main

Compile = Callable[..., Path]
Run = Callable[..., tuple[int, str, str]]
SOURCE = "int table[4]; int add(int a, long b) { return a + b; } double half(double x) { return x / 2; }"
HEADER = """#define twice(x) (2 * (x))
extern int table[4];
/* Adds what can be added. */
int add(int a, long b);
double half(double x);
int gone(void);
int say(const char *format, ...);
"""


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def library(compile_library: Compile) -> Path:
    path = compile_library(SOURCE, "libverify.so", ("-nostdlib",))
    path.with_name("verify.h").write_text(HEADER)
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


@pytest.fixture
def schema(tmp_path: Path) -> Callable[[object], Path]:
    def write(entries: object) -> Path:
        path = tmp_path / "schema.json"
        path.write_text(json.dumps(entries))
        return path

    return write


def test_a_prototype_is_shown_with_its_place_its_comment_and_its_declaration(library: Path, run: Run) -> None:
    code, out, err = run("prototype", "add", "--library", library)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "int add(int a, long b)",
        f"  {library.with_name('verify.h')}:4",
        "  declare it as add(i32, i64) -> i32",
        "  | Adds what can be added.",
    ]


def test_a_prototype_as_json_is_one_object(library: Path, run: Run) -> None:
    code, out, _ = run("prototype", "add", "--library", library, "--json")
    told = json.loads(out)
    assert code == 0
    assert (told["name"], told["kind"], told["prototype"]) == ("add", "function", "int add(int a, long b)")
    assert told["parameters"] == [{"name": "a", "type": "int"}, {"name": "b", "type": "long"}]
    assert (told["result"], told["variadic"], told["line"]) == ("int", False, 4)
    assert told["declaration"] == {"parameters": ["i32", "i64"], "result": "i32"}


def test_a_header_can_be_named(library: Path, run: Run) -> None:
    folder = library.parent
    code, out, _ = run("prototype", "say", "--header", "verify.h", "--include-dir", folder)
    assert (code, out.splitlines()[0]) == (0, "int say(const char *format, ...)")
    code, out, _ = run("prototype", "twice", "--header", folder / "verify.h")
    assert (code, out.splitlines()[0]) == (0, "#define twice(x)")
    assert "no library exports it" in out
    code, _, err = run("prototype", "absent", "--header", folder / "verify.h")
    assert code == 1
    assert "declares 'absent'" in err


@pytest.mark.parametrize(
    "words",
    [
        ("add", "--library", "libnothere.so.9"),
        ("add", "--library", __file__),
        ("add", "--header", "not/there.h"),
        ("add", "--header", "stdio.h", "--define=-o/tmp/x"),
        ("add", "--header", 'x"\n'),
    ],
)
def test_what_could_not_be_looked_for_gives_exit_code_2_and_one_line(words: tuple[str, ...], run: Run) -> None:
    code, out, err = run("prototype", *words)
    assert (code, out) == (2, "")
    assert err.startswith("ffi-core prototype: ")
    assert err.count("\n") == 1


def test_a_right_schema_is_clean(library: Path, run: Run, schema: Callable[[object], Path]) -> None:
    right = schema(
        {
            "add": {"parameters": ["i32", "i64"], "result": "i32"},
            "half": {"parameters": ["f64"], "result": "f64"},
            "table": {"type": "pointer"},
            "maybe": {"parameters": [], "result": "void", "optional": True},
        }
    )
    code, out, err = run("verify", library, right)
    assert (code, out) == (0, "")
    assert err.startswith("4 declarations: 0 errors, 0 warnings")


def test_each_mistake_is_told_with_prototype_header_line_and_library(
    library: Path, run: Run, schema: Callable[[object], Path]
) -> None:
    wrong = schema(
        {
            "add": {"parameters": ["i32", "i32"], "result": "i32"},
            "half": {"parameters": ["f32"], "result": "i32"},
            "table": {"parameters": [], "result": "i32"},
            "gone": {"parameters": [], "result": "i32"},
            "ad": {"parameters": [], "result": "i32"},
        }
    )
    code, out, _ = run("verify", library, wrong)
    lines = out.splitlines()
    header = library.with_name("verify.h")
    assert code == 1
    assert lines[0] == (
        "error: add: parameter 2 (b) is declared i32, but C takes long (8 bytes); "
        f"C has `int add(int a, long b)` ({header}:4); in {library}; declare it as i64"
    )
    assert [line.split(";")[0] for line in lines[1:4]] == [
        "error: half: the result is declared i32, but C returns double, a floating point number",
        "error: half: parameter 1 (x) is declared f32, but C takes double (8 bytes)",
        "error: table: table is data, but is declared as a function",
    ]
    assert f"{library} does not export 'gone'" in lines[4]
    assert "did you mean 'add'?" in lines[5]


def test_hints_and_what_was_not_checked_are_for_those_who_ask(
    library: Path, run: Run, schema: Callable[[object], Path]
) -> None:
    idioms = schema(
        {
            "add": {"parameters": ["u32", "u64"], "result": "void"},
            "gone": {"parameters": [], "result": "i32", "optional": True},
        }
    )
    assert run("verify", library, idioms)[:2] == (0, "")
    code, out, _ = run("verify", library, idioms, "--verbose")
    assert code == 0
    assert [line.partition(":")[0] for line in out.splitlines()] == ["hint", "hint", "hint"]


def test_verify_as_json_is_one_object(library: Path, run: Run, schema: Callable[[object], Path]) -> None:
    path = schema({"add": {"parameters": ["i32", "i32"], "result": "i32"}})
    code, out, _ = run("verify", library, path, "--json")
    told = json.loads(out)
    assert code == 1
    assert told["library"] == str(library)
    (row,) = told["mismatches"]
    assert (row["symbol"], row["kind"], row["severity"], row["parameter"]) == ("add", "narrow", "error", 1)
    assert (row["declared"], row["expected"], row["result"]) == ("i32", "i64", False)
    assert told["problems"] == told["unchecked"] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        '{"add": 3}',
        '{"add": {"parameters": ["int"], "result": "i32"}}',
        "[" * 9999,
        "\xff",
        "null",
    ],
)
def test_a_schema_that_is_none_gives_exit_code_2_and_no_traceback(
    text: str, library: Path, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "bad.json").write_text(text, encoding="latin-1")
    code, out, err = run("verify", library, tmp_path / "bad.json")
    assert (code, out) == (2, "")
    assert err.startswith("ffi-core verify: ")


def test_a_library_or_schema_that_is_missing_gives_exit_code_2(
    library: Path, run: Run, schema: Callable[[object], Path], tmp_path: Path
) -> None:
    assert run("verify", "libnothere.so.9", schema({}))[0] == 2
    assert "No such file" in run("verify", library, tmp_path / "absent.json")[2]
    assert run("verify", library, tmp_path)[0] == 2


def test_neither_command_ever_loads_the_library(
    compile_library: Compile, tmp_path: Path, run: Run, schema: Callable[[object], Path]
) -> None:
    trace = tmp_path / "loaded"
    source = f"""#include <fcntl.h>
    __attribute__((constructor)) static void leave(void) {{ open("{trace}", O_CREAT | O_WRONLY, 0600); }}
    int calm(int a) {{ return a; }}"""
    library = compile_library(source, "libtrace.so", ("-g",))
    library.with_name("trace.h").write_text("int calm(int a);\n")
    assert run("prototype", "calm", "--library", library)[0] == 0
    assert run("verify", library, schema({"calm": {"parameters": ["i32"], "result": "i32"}}), "--verbose")[0] == 0
    library.with_name("trace.h").unlink()
    code, out, _ = run("prototype", "calm", "--library", library)  # from its debug information
    assert (code, out.splitlines()[0]) == (0, "int calm(int a)")
    assert not trace.exists()
    subprocess.run([sys.executable, "-c", f"import ctypes; ctypes.CDLL({str(library)!r})"], check=True)
    assert trace.exists()


def read_to_the_end(terminal: int) -> bytes:
    drawn = b""
    with suppress(OSError):  # Linux says so when the other end has closed
        while chunk := os.read(terminal, 4096):
            drawn += chunk
    os.close(terminal)
    return drawn


def test_progress_is_shown_on_a_terminal_and_never_in_a_pipe(library: Path, tmp_path: Path) -> None:
    headers = tmp_path / "many"
    headers.mkdir()
    for number in range(400):
        (headers / f"h{number}.h").write_text("int filler(int a);\n" * 500)
    (headers / "it.h").write_text("int wanted(void);\n")
    code = "import ffi_core.cli.headers as h, ffi_core.headers.finding as f; h._PATIENCE = 0.0\n"
    code += f"f._SYSTEM_DIRECTORIES = ({str(headers)!r},)\n"
    code += "from ffi_core.cli import main; raise SystemExit(main(['prototype', 'wanted']))"
    fresh = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "one"), "TERM": "xterm"}
    piped = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=fresh, check=True
    )
    assert not piped.stderr
    parent, terminal = pty.openpty()
    fresh["XDG_CACHE_HOME"] = str(tmp_path / "two")
    shown = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=terminal, env=fresh)
    os.close(terminal)
    drawn = read_to_the_end(parent)
    out, _ = shown.communicate(timeout=60)
    assert shown.returncode == 0
    assert out.startswith(b"int wanted(void)")
    assert b"reading headers" in drawn
