"""The hostile suite: the worst a library can do, run from the command line and through the server; nobody is harmed."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from wire import Wire

FFI_CORE = str(Path(sys.executable).with_name("ffi-core"))
FFI_LSP = str(Path(sys.executable).with_name("ffi-lsp"))
LIMITS = {"spin": 2.0, "freeze": 2.0}
"""Seconds that a run may take which would never end by itself; every other one has time on a busy machine, too."""
PATIENCE = 60
"""Seconds until an answer counts as missing."""

SOURCE = """
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Those that come back give 0 where they got through, else the error number. */
static int told(long result) { return result == -1 ? errno : 0; }

int null_dereference(void) { return *(volatile int *)0; }
int give_up(void) { abort(); }
static int deeper(int depth) { volatile char room[4096]; room[0] = depth; return deeper(depth + 1) + room[0]; }
int overflow(void) { return deeper(0); }
int leave_with_0(void) { exit(0); }
int leave_with_3(void) { exit(3); }
int spin(void) { for (volatile int turn = 0;; turn = !turn) {} }
int freeze(void) { return raise(SIGSTOP); }
int allocate(void) { return malloc(100L << 30) ? 0 : errno; }
int flood(void) {
  static char page[1 << 16];
  memset(page, 'x', sizeof page);
  for (int count = 0; count < 1 << 14; count++) if (write(1, page, sizeof page) < 0) return errno;
  return 0;
}
int fork_bomb(void) { for (int turn = 0; turn < 1000; turn++) if (fork() != -1) return 0; return errno; }
int remove_file(void) { return told(unlink(VICTIM)); }
int rename_file(void) { return told(rename(VICTIM, VICTIM ".moved")); }
int overwrite_file(void) { return told(open(VICTIM, O_WRONLY | O_TRUNC)); }
int create_file(void) { return told(creat(VICTIM ".new", 0600)); }
int call_loopback(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  return told(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address));
}
int kill_parent(void) { return told(kill(getppid(), SIGKILL)); }
int wait_until_gone(void) { while (access(VANISHING, F_OK) == 0) usleep(1000); return 0; }
int seven(void) { return 7; }
int try_everything(void) {
  allocate(); flood(); fork_bomb(); remove_file(); rename_file(); overwrite_file(); create_file(); call_loopback();
  return kill_parent();
}

__attribute__((constructor)) static void rise(void) { RISE(); }
"""

NEVER_BACK = {
    "null_dereference": ("crashed", "SIGSEGV"),
    "give_up": ("crashed", "SIGABRT"),
    "overflow": ("crashed", "SIGSEGV"),
    "leave_with_0": ("exited", "exit 0"),
    "leave_with_3": ("exited", "exit 3"),
    "spin": ("timed-out", "timed out"),
    "freeze": ("timed-out", "timed out"),
}
REFUSED = (
    "allocate",
    "fork_bomb",
    "remove_file",
    "rename_file",
    "overwrite_file",
    "create_file",
    "call_loopback",
    "kill_parent",
)
FUNCTIONS = (*NEVER_BACK, *REFUSED, "flood", "seven")


@dataclass(frozen=True)
class Arena:
    """What a library under a run may attack.

    Parameters
    ----------
    victim: a file alone in its folder.
    listener: a server on the loopback that nobody calls.
    compile: makes the library; given a function, its constructor calls that.
    folder: for texts.
    """

    victim: Path
    listener: socket.socket
    compile: Callable[..., Path]
    folder: Path

    def text(self, library: Path) -> Path:
        """A file that declares every function of a library."""
        entries = "".join(f'  {name}: {{ parameters: [], result: "i32" }},\n' for name in FUNCTIONS)
        file = self.folder / f"{library.parent.name}.ts"
        file.write_text(f'const lib = Deno.dlopen("{library}", {{\n{entries}}});\n')
        return file

    def assert_unharmed(self, library: Path) -> None:
        assert self.victim.read_text() == "precious"
        assert [entry.name for entry in self.victim.parent.iterdir()] == ["victim"]
        with pytest.raises(BlockingIOError):
            self.listener.accept()
        assert processes_with(library) == []


def processes_with(library: Path) -> list[str]:
    """The processes that have loaded a library, which is more than reading it: its code is mapped."""
    found = []
    for maps in Path("/proc").glob("[0-9]*/maps"):
        try:
            lines = maps.read_text().splitlines()
        except OSError:
            continue
        if any(str(library) in line and " r-xp " in line for line in lines):
            found.append(maps.parent.name)
    return found


@pytest.fixture(scope="module")
def arena(compile_library: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    victim = tmp_path_factory.mktemp("victims") / "victim"
    victim.write_text("precious")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)

        def build(rise: str = "seven", vanishing: str = "") -> Path:
            macros = {"VICTIM": f'"{victim}"', "PORT": listener.getsockname()[1], "RISE": rise}
            flags = [f"-D{name}={value}" for name, value in (macros | {"VANISHING": f'"{vanishing}"'}).items()]
            return compile_library(SOURCE, "libhostile.so", ("-O0", *flags))

        yield Arena(victim, listener, build, tmp_path_factory.mktemp("texts"))


class CommandLine:
    """`ffi-core bench FILE --symbol NAME`."""

    def run(self, file: Path, symbol: str, timeout: float) -> dict[str, Any]:
        command = [FFI_CORE, "bench", str(file), "--symbol", symbol, "--json", "--timeout", str(timeout)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        report: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == (0 if report["status"] == "done" else 1)
        return report


class Server:
    """`ffi.quickRun`, all in one conversation: a server that a run harmed could not go on."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        wire.initialize()

    def run(self, file: Path, symbol: str, timeout: float) -> dict[str, Any]:
        item = {"uri": file.as_uri(), "languageId": "typescript", "version": 1, "text": file.read_text()}
        self._wire.notify("textDocument/didOpen", {"textDocument": item})
        order = {"uri": file.as_uri(), "symbol": symbol, "timeout": timeout}
        request = self._wire.ask("workspace/executeCommand", {"command": "ffi.quickRun", "arguments": [order]})
        answer: dict[str, Any] = self._wire.answer(request)
        self._wire.notify("textDocument/didClose", {"textDocument": {"uri": file.as_uri()}})
        assert self._wire.process.poll() is None
        return answer


Door = CommandLine | Server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Wire([FFI_LSP], replies={"window/showMessageRequest": {"title": "Run once"}}) as wire:
        yield Server(wire)
        assert wire.exit() == 0


@pytest.fixture(params=["command line", "server"])
def door(request: pytest.FixtureRequest) -> Door:
    return CommandLine() if request.param == "command line" else request.getfixturevalue("server")


def run(door: Door, file: Path, symbol: str, timeout: float = 20) -> dict[str, Any]:
    report = door.run(file, symbol, timeout)
    if report["unprotected"]:
        pytest.skip(f"this kernel cannot confine: {report['unprotected']}")
    return report


@pytest.mark.parametrize("symbol", list(NEVER_BACK))
def test_what_never_comes_back_is_ended_and_named(arena: Arena, door: Door, symbol: str) -> None:
    library = arena.compile()
    report = run(door, arena.text(library), symbol, LIMITS.get(symbol, 20))
    assert (report["status"], report["cause"]) == NEVER_BACK[symbol]
    assert f"{symbol}()" in report["message"]
    arena.assert_unharmed(library)


@pytest.mark.parametrize("symbol", REFUSED)
def test_what_would_harm_others_is_refused_by_the_system(arena: Arena, door: Door, symbol: str) -> None:
    library = arena.compile()
    report = run(door, arena.text(library), symbol)
    assert report["status"] == "done"
    assert report["result"] > 0
    arena.assert_unharmed(library)


def test_a_gigabyte_of_output_is_cut(arena: Arena, door: Door) -> None:
    library = arena.compile()
    report = run(door, arena.text(library), "flood", 30)
    assert (report["status"], report["result"]) == ("done", 0)
    assert report["stdout"] == "x" * (64 << 10)
    arena.assert_unharmed(library)


@pytest.mark.parametrize("act", list(NEVER_BACK))
def test_a_constructor_that_never_comes_back_is_told_from_the_function(arena: Arena, door: Door, act: str) -> None:
    library = arena.compile(act)
    report = run(door, arena.text(library), "seven", LIMITS.get(act, 20))
    assert (report["status"], report["cause"]) == NEVER_BACK[act]
    assert "while it was loaded" in report["message"]
    arena.assert_unharmed(library)


def test_a_constructor_is_confined_like_any_function(arena: Arena, door: Door) -> None:
    library = arena.compile("try_everything")
    report = run(door, arena.text(library), "seven", 30)
    assert (report["status"], report["result"]) == ("done", 7)
    arena.assert_unharmed(library)


def test_a_library_that_vanishes_between_loading_and_the_call_is_still_called(
    arena: Arena, door: Door, tmp_path: Path
) -> None:
    library = tmp_path / "libvanishing.so"
    library.write_bytes(arena.compile("wait_until_gone", str(library)).read_bytes())

    def remove_once_loaded() -> None:
        deadline = time.monotonic() + PATIENCE
        while not processes_with(library) and time.monotonic() < deadline:
            time.sleep(0.005)
        library.unlink()

    remover = threading.Thread(target=remove_once_loaded)
    remover.start()
    report = run(door, arena.text(library), "seven", 30)
    remover.join()
    assert (report["status"], report["result"]) == ("done", 7)
    assert not library.exists()


def test_a_library_that_is_gone_before_it_is_loaded_is_named(arena: Arena, tmp_path: Path) -> None:
    library = tmp_path / "libgone.so"
    command = [FFI_CORE, "bench", str(arena.text(library)), "--symbol", "seven"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert "libgone.so" in done.stderr
