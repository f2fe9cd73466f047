"""Headers that mean harm, or are broken: a typed error or a part of the result, in bounded time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.headers import (
    HeaderError,
    HeaderFailure,
    HeaderRequest,
    Parser,
    PrototypeTable,
    find_in_headers,
    process,
    read_headers,
)
from ffi_core.headers import HeaderSettings as Settings

ReadText = Callable[..., PrototypeTable]
BOUND = 2.0
"""Seconds that an endless header gets in these tests."""


def outcome(header: Path | str, parser: Parser, timeout: float = 30.0, **options: object) -> set[str] | HeaderFailure:
    request = HeaderRequest((str(header),))
    try:
        return set(read_headers(request, parser=parser, timeout=timeout, **options))  # type: ignore[arg-type]
    except HeaderError as error:
        return error.reason


def test_a_header_that_includes_itself_for_ever_ends(tmp_path: Path, parser: Parser) -> None:
    header = tmp_path / "loop.h"
    header.write_text(f'int before(void);\n#include "{header}"\n#include "{header}"\n')
    told = outcome(header, parser, BOUND)
    assert told in (HeaderFailure.TIMED_OUT, HeaderFailure.CRASHED, HeaderFailure.UNREADABLE) or "before" in told  # type: ignore[operator]


def test_an_error_directive_leaves_what_stands_around_it(read_text: ReadText, parser: Parser) -> None:
    table = read_text('int before(void);\n#error "not on this machine"\nint after(void);\n', parser)
    assert "before" in table
    assert any("not on this machine" in complaint for complaint in table.complaints)


def test_a_missing_include_is_told_and_leaves_the_rest(read_text: ReadText, parser: Parser) -> None:
    table = read_text("int before(void);\n#include <no/such/header.h>\nint after(void);\n", parser)
    assert "before" in table
    assert any("no/such/header.h" in complaint for complaint in table.complaints)


def test_ten_megabytes_of_macros_are_read_or_given_up_in_time(tmp_path: Path, parser: Parser) -> None:
    header = tmp_path / "macros.h"
    header.write_text("".join(f"#define M{n}(x) ((x) + {n})\n" for n in range(350_000)) + "int last(void);\n")
    assert header.stat().st_size > 9_000_000
    told = outcome(header, parser, BOUND)
    assert told is HeaderFailure.TIMED_OUT or (isinstance(told, set) and "last" in told)


def test_macros_that_double_for_ever_end(tmp_path: Path, parser: Parser) -> None:
    header = tmp_path / "bomb.h"
    lines = ["#define A0 int x;"] + [f"#define A{n + 1} A{n} A{n} A{n} A{n}" for n in range(30)]
    header.write_text("\n".join([*lines, "A30", "int f(void);"]))
    assert outcome(header, parser, BOUND) in (HeaderFailure.TIMED_OUT, HeaderFailure.CRASHED)


@pytest.mark.parametrize("place", ["/dev/zero", "/dev/full", "/proc/self/mem", "/"])
def test_what_is_no_header_ends(place: str, parser: Parser) -> None:
    told = outcome(place, parser, BOUND)
    assert isinstance(told, HeaderFailure) or not told


def test_a_fifo_that_nobody_writes_ends(tmp_path: Path, parser: Parser) -> None:
    os.mkfifo(tmp_path / "pipe.h")
    assert outcome(tmp_path / "pipe.h", parser, BOUND) in (HeaderFailure.TIMED_OUT, HeaderFailure.UNREADABLE, set())


def test_bytes_that_are_no_c_give_nothing(tmp_path: Path, parser: Parser) -> None:
    header = tmp_path / "noise.h"
    header.write_bytes(bytes(range(256)) * 64 + b"\nint f(void);\n")
    assert isinstance(outcome(header, parser), HeaderFailure | set)


@pytest.mark.parametrize(
    "text", ["(" * 50_000, "int " + "(" * 50_000 + "f" + ")" * 50_000 + ";", "struct s {" * 20_000]
)
def test_brackets_without_end_take_nobody_down(text: str, tmp_path: Path, parser: Parser) -> None:
    header = tmp_path / "deep.h"
    header.write_text(f"int before(void);\n{text}\n")
    told = outcome(header, parser)
    assert isinstance(told, HeaderFailure) or "before" in told or not told


def test_structs_that_double_for_ever_end(tmp_path: Path, parser: Parser) -> None:
    lines = ["struct s0 { int a; };"] + [f"struct s{n + 1} {{ struct s{n} a, b; }};" for n in range(24)]
    header = tmp_path / "structs.h"
    header.write_text("\n".join([*lines, "struct s24 f(struct s24 x);", "int g(void);"]))
    told = outcome(header, parser)
    assert isinstance(told, set)
    assert "g" in told


@pytest.mark.parametrize(
    "request_",
    [
        HeaderRequest(()),
        HeaderRequest(('x.h"\n#include "/etc/passwd',)),
        HeaderRequest(("x.h>\n#define y <z",)),
        HeaderRequest(("x.h",), include_dirs=("relative",)),
        HeaderRequest(("x.h",), include_dirs=("/a\0b",)),
        HeaderRequest(("x.h",), defines=("-fplugin=/tmp/evil.so",)),
        HeaderRequest(("x.h",), defines=("A=1\n#include <stdio.h>",)),
    ],
)
def test_a_request_that_would_slip_something_into_the_compiler_is_refused(request_: HeaderRequest) -> None:
    with pytest.raises(HeaderError) as caught:
        read_headers(request_)
    assert caught.value.reason is HeaderFailure.BAD_REQUEST


def test_a_directory_with_python_modules_in_it_runs_none_of_them(tmp_path: Path) -> None:
    for name in ("json", "clang", "pycparser", "encodings"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    (tmp_path / "my.h").write_text("int mine(void);\n")
    code = "import os, sys; from ffi_core.headers import *; os.chdir(sys.argv[1])\n"
    code += "print(*read_headers(HeaderRequest((sys.argv[1] + '/my.h',))))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, tmp_path], capture_output=True, text=True, timeout=60, check=True
    )
    assert "mine" in done.stdout
    assert not (tmp_path / "ran").exists()


def test_a_header_in_the_working_directory_does_not_stand_in_for_the_systems(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parser: Parser
) -> None:
    (tmp_path / "string.h").write_text("int planted(void);\n")
    monkeypatch.chdir(tmp_path)
    table = read_headers(HeaderRequest(("string.h",)), parser=parser)
    assert "planted" not in table
    assert "strlen" in table


def test_reading_can_be_cancelled(tmp_path: Path, parser: Parser) -> None:
    header = tmp_path / "any.h"
    header.write_text("int f(void);")
    cancel = threading.Event()
    cancel.set()
    assert outcome(header, parser, cancel=cancel) is HeaderFailure.CANCELLED
    found = find_in_headers(["f"], settings=Settings((str(header),)), cancel=cancel)
    assert found.prototypes == {}
    assert "cancelled" in found.problems[0]


def test_a_worker_that_dies_is_an_error_that_says_how(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in = tmp_path / "dies"
    stand_in.write_text("#!/bin/sh\necho 'it hurts' >&2\nkill -SEGV $$\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    with pytest.raises(HeaderError, match="signal 11: it hurts") as caught:
        process.ask_worker({"headers": ["x.h"]}, timeout=30)
    assert caught.value.reason is HeaderFailure.CRASHED


@pytest.mark.parametrize("answer", ["", "{", "[]", '"text"', "null", json.dumps({"error": 3})])
def test_an_answer_that_is_none_is_an_error(answer: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stand_in = tmp_path / "lies"
    stand_in.write_text(f"#!/bin/sh\nprintf '%s' '{answer}'\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    with pytest.raises(HeaderError):
        process.ask_worker({"headers": ["x.h"]}, timeout=30)


def test_without_any_parser_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ffi_core.headers.clang.is_installed", lambda: False)
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(HeaderError, match=r"ffi-lsp\[headers\]") as caught:
        read_headers(HeaderRequest(("stdio.h",)))
    assert caught.value.reason is HeaderFailure.NO_PARSER


def test_a_libclang_that_cannot_be_loaded_leaves_the_work_to_pycparser(
    monkeypatch: pytest.MonkeyPatch, read_text: ReadText
) -> None:
    ask = process.ask_worker

    def without_libclang(task: dict[str, object], *rest: object) -> object:
        if task["parser"] == Parser.LIBCLANG:
            raise HeaderError("any.h", HeaderFailure.NO_PARSER, "libclang cannot be loaded")
        return ask(task, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(process, "ask_worker", without_libclang)
    table = read_text("int left_to_the_other(void);")
    assert table.parser == Parser.PYCPARSER
    assert "left_to_the_other" in table
