"""Watching checks again when anything changes that a finding may depend on, and ends at Ctrl-C without a word."""

from __future__ import annotations

import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ffi_lsp.cli.checking.watch import stamps_of, wait_for_change

if TYPE_CHECKING:
    from conftest import Check, Write

BAD = 'Deno.dlopen("./libshop.so", { shop_open: { parameters: ["i32"], result: "int" } });\n'
GOOD = BAD.replace('"int"', '"i32"')
_SECONDS = 30


class Watching:
    """The command as it watches a folder; `report` gives what it says until it waits again."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.process = subprocess.Popen(
            [*command, "--watch", ".", "--statistics"],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._listener = threading.Thread(target=self._hear, daemon=True)
        self._listener.start()

    def _hear(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def report(self) -> str:
        """What is said until it waits."""
        said = ""
        while "Waiting for changes" not in said:
            said += self._lines.get(timeout=_SECONDS)
        return said

    def end(self) -> tuple[int, str]:
        """Press Ctrl-C; the exit code, and what is still said."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(_SECONDS)
        self._listener.join(_SECONDS)
        return code, "".join(self._lines.get_nowait() for _ in range(self._lines.qsize()))


@pytest.fixture
def watching(project: Path, command: list[str]) -> Iterator[Callable[[], Watching]]:
    """Starts the command; whatever becomes of the test, it is ended."""
    started: list[Watching] = []

    def start() -> Watching:
        started.append(Watching(command, project))
        return started[-1]

    yield start
    for entry in started:
        entry.process.kill()
        entry.process.wait()
        assert entry.process.stdout is not None
        entry.process.stdout.close()


def test_files_that_change_come_and_go_are_seen_and_so_are_libraries_and_settings(
    project: Path, write: Write, watching: Callable[[], Watching], compile_library: Callable[..., Path]
) -> None:
    library = compile_library("int shop_open(int a) { return a; }")
    write("a.ts", BAD)
    watch = watching()
    first = watch.report()
    assert "FFI101" in first
    assert "FFI202" in first  # no such library
    (project / "libshop.so").write_bytes(library.read_bytes())
    assert "FFI202" not in watch.report()
    write("a.ts", GOOD)
    assert "Nothing found in 1 file, 1 with bindings." in watch.report()
    write("new/b.ts", BAD.replace("./libshop", "../libshop"))
    assert "FFI101" in watch.report()
    write("ffi.toml", '[rules]\nignore = ["FFI101"]\n')
    assert "Nothing found in 2 files, 2 with bindings." in watch.report()
    write("ffi.toml", '[rules]\nignor = ["FFI101"]\n')
    assert "did you mean ignore?" in watch.report()
    (project / "ffi.toml").unlink()
    assert "FFI101" in watch.report()
    (project / "new" / "b.ts").unlink()
    assert "Nothing found in 1 file, 1 with bindings." in watch.report()


def test_what_a_file_imports_and_the_headers_that_it_names_are_seen(
    project: Path, write: Write, watching: Callable[[], Watching]
) -> None:
    write("name.ts", 'export const kind = "int" as const;\n')
    write("shop.h", "long abs(int);\n")
    write(
        "a.ts",
        'import { kind } from "./name.ts";\n// ffi-header: shop.h\n'
        'Deno.dlopen("libc.so.6", { abs: { parameters: ["i32"], result: kind } });\n',
    )
    watch = watching()
    assert "FFI101" in watch.report()
    write("name.ts", 'export const kind = "i64" as const;\n')
    assert "Nothing found" in watch.report()
    write("shop.h", "int abs(int);\n")
    assert "FFI304" in watch.report()


def test_ctrl_c_ends_it_cleanly(write: Write, watching: Callable[[], Watching]) -> None:
    write("a.ts", "export {};\n")
    watch = watching()
    watch.report()
    assert watch.end() == (130, "")


def test_what_cannot_be_watched_is_refused(check: Check) -> None:
    assert check("--watch", "-").err == "ffi-lsp: --watch cannot watch standard input\n"
    assert check("--watch", "--format=sarif").code == 2


def test_waiting_ends_when_a_file_changes_comes_or_goes(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    before = stamps_of([one, two])
    assert before[two] is None
    two.write_text("2")
    assert wait_for_change(lambda: stamps_of([one, two]), before) == [two]
    one.unlink()
    assert wait_for_change(lambda: stamps_of([one]), before) == [one]
