"""The hostile suite: what a library under a quick run tries to do to the machine, and cannot."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ffi_core.bench import RunReport, RunRequest, Status, quick_run
from ffi_core.bench.sandbox.seccomp import ARCHITECTURES, make_filter
from ffi_core.schema import parse_signature

# Each function gives 0 where it got through, else the error number.
SOURCE = """
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

static int told(long result) { return result == -1 ? errno : 0; }
static const char *named(const char *format, const char *path) {
  static char room[2][4096];
  static int turn;
  snprintf(room[turn ^= 1], 4096, format, path);
  return room[turn];
}

int f_unlink(const char *path) { return told(unlink(path)); }
int f_rename(const char *path) { return told(rename(path, named("%s.moved", path))); }
int f_overwrite(const char *path) { return told(open(path, O_WRONLY)); }
int f_truncate(const char *path) { return told(truncate(path, 0)); }
int f_append(const char *path) { return told(open(path, O_RDWR | O_APPEND)); }
int f_create(const char *path) { return told(creat(named("%s.new", path), 0600)); }
int f_directory(const char *path) { return told(mkdir(named("%s.dir", path), 0700)); }
int f_link(const char *path) { return told(symlink(path, named("%s.link", path))); }
int f_chmod(const char *path) { return told(chmod(path, 0777)); }
int f_touch(const char *path) { return told(utimensat(AT_FDCWD, path, NULL, 0)); }
int f_attribute(const char *path) { return told(setxattr(path, "user.mark", "x", 1, 0)); }
int f_steal(const char *path) { return told(rename(path, named("%s/stolen", getenv("TMPDIR")))); }

int f_fork(void) {
  pid_t child = fork();
  if (child == 0) _exit(0);
  return told(child);
}
int f_vfork(void) {
  pid_t child = vfork();
  if (child == 0) _exit(0);
  return told(child);
}
int f_fork_bomb(void) {
  for (int turn = 0; turn < 10000; turn++) if (fork() != -1) return 0;
  return errno;
}
int f_system(void) { return system("exit 0") == 0 ? 0 : EPERM; }
int f_new_session(void) { return told(setsid()); }
int f_new_namespace(void) { return told(unshare(CLONE_NEWUSER)); }
int f_mount(void) { return told(mount("none", "/mnt", "tmpfs", 0, "")); }
int f_io_uring(void) { char parameters[256] = {0}; return told(syscall(SYS_io_uring_setup, 1, parameters)); }

int f_socket(int family) { return told(socket(family, SOCK_STREAM, 0)); }
int f_connect(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  return told(connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof address));
}

int f_signal_parent(int number) { return told(kill(getppid(), number)); }
int f_signal_everyone(int number) { return told(kill(-1, number)); }
int f_read_parent(long address) {
  char byte; struct iovec here = {&byte, 1}, there = {(void *)address, 1};
  return told(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
}
int f_open_parents_memory(void) {
  char path[64];
  snprintf(path, 64, "/proc/%d/mem", getppid());
  return told(open(path, O_RDONLY));
}

static void *idle(void *context) { return context; }
int a_thread(void) { pthread_t thread; return pthread_create(&thread, NULL, idle, NULL) || pthread_join(thread, NULL); }
int own_signal(void) { signal(SIGUSR1, SIG_IGN); return told(kill(getpid(), SIGUSR1)) || raise(SIGUSR1); }
int read_file(const char *path) { return told(open(path, O_RDONLY)); }
int discard(void) { return told(open("/dev/null", O_WRONLY)); }
int use_scratch(void) {
  char folder[4096], file[4096], moved[4096];
  snprintf(folder, 4096, "%s/folder", getenv("TMPDIR"));
  snprintf(file, 4096, "%s/file", getenv("TMPDIR"));
  snprintf(moved, 4096, "%s/moved", folder);
  int made = creat(file, 0600);
  return told(mkdir(folder, 0700)) || told(made) || told(write(made, "x", 1) - 1) || told(rename(file, moved))
      || told(truncate(moved, 0)) || told(open(moved, O_RDWR));
}
int where_is_scratch(void) { puts(getenv("TMPDIR")); return 0; }
int fill_disk(void) {
  char file[4096], block[1 << 16] = {1};
  snprintf(file, 4096, "%s/big", getenv("TMPDIR"));
  int made = creat(file, 0600);
  for (int count = 0; count < 2048; count++) if (write(made, block, sizeof block) < 0) return errno;
  return 0;
}
int remove_library(const char *path) { return told(unlink(path)); }
int variables(void) { return getenv("SECRET_TOKEN") != NULL; }
"""


@pytest.fixture
def library(compile_library) -> str:
    return str(compile_library(SOURCE, "libattack.so", ("-pthread",)))


def run(library: str, signature: str, *arguments: object, sandbox: bool = True, timed: bool = False) -> RunReport:
    request = RunRequest(library, parse_signature(signature), arguments, 10.0, timed, sandbox=sandbox)
    report = quick_run(request)
    if sandbox and report.unprotected:
        pytest.skip(f"this kernel cannot confine: {report.unprotected}")
    return report


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Path]:
    """A file that must be as it was, in a folder that must hold nothing else."""
    file = tmp_path / "victim"
    file.write_text("precious")
    before = file.stat()
    yield file
    after = file.stat()
    assert file.read_text() == "precious"
    assert (after.st_mode, after.st_mtime_ns, after.st_ino) == (before.st_mode, before.st_mtime_ns, before.st_ino)
    assert [entry.name for entry in tmp_path.iterdir()] == ["victim"]


@pytest.mark.parametrize(
    "act",
    [
        "unlink",
        "rename",
        "overwrite",
        "truncate",
        "append",
        "create",
        "directory",
        "link",
        "chmod",
        "touch",
        "attribute",
        "steal",
    ],
)
def test_files_outside_of_the_scratch_folder_stay_as_they_are(library: str, victim: Path, act: str) -> None:
    report = run(library, f"f_{act}(buffer) -> i32", str(victim))
    assert report.status is Status.DONE
    assert report.result != 0


@pytest.mark.parametrize(
    "act", ["fork", "vfork", "fork_bomb", "system", "new_session", "new_namespace", "mount", "io_uring"]
)
def test_no_process_session_namespace_or_mount_is_made(library: str, act: str) -> None:
    report = run(library, f"f_{act}() -> i32")
    assert report.status is Status.DONE
    assert report.result != 0


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6, socket.AF_UNIX])
def test_there_are_no_sockets(library: str, family: int) -> None:
    assert run(library, "f_socket(i32) -> i32", int(family)).result != 0


def test_a_server_on_the_loopback_hears_nothing(library: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        assert run(library, "f_connect(i32) -> i32", server.getsockname()[1]).result != 0
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize("act", ["f_signal_parent", "f_signal_everyone"])
def test_nobody_else_gets_a_signal(library: str, act: str) -> None:
    got: list[int] = []
    # A signal that programs ignore, should it get through.
    before = signal.signal(signal.SIGWINCH, lambda number, _: got.append(number))
    try:
        assert run(library, f"{act}(i32) -> i32", int(signal.SIGWINCH)).status is Status.DONE
    finally:
        signal.signal(signal.SIGWINCH, before)
    assert got == []


def test_the_parents_memory_is_out_of_reach(library: str) -> None:
    assert run(library, "f_read_parent(i64) -> i32", id(library)).result != 0
    assert run(library, "f_open_parents_memory() -> i32").result != 0


def test_secrets_of_the_environment_are_not_passed_on(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    assert run(library, "variables() -> i32").result == 0


def test_a_file_beyond_the_limit_ends_the_child(library: str) -> None:
    report = run(library, "fill_disk() -> i32")
    assert (report.status, report.cause) == (Status.CRASHED, "SIGXFSZ")


def test_a_constructor_is_confined_too(compile_library, tmp_path: Path) -> None:
    source = f"""
    #include <stdio.h>
    __attribute__((constructor)) static void rise(void) {{ fopen("{tmp_path}/mark", "w"); }}
    int f(void) {{ return 1; }}"""
    assert run(str(compile_library(source)), "f() -> i32").result == 1
    assert list(tmp_path.iterdir()) == []


# --- what stays possible --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["a_thread", "own_signal", "discard", "use_scratch"])
def test_what_harms_nobody_is_allowed(library: str, act: str) -> None:
    report = run(library, f"{act}() -> i32")
    assert (report.cause, report.result) == (None, 0)


def test_files_can_be_read(library: str, victim: Path) -> None:
    assert run(library, "read_file(buffer) -> i32", str(victim)).result == 0


def test_the_scratch_folder_is_gone_afterwards(library: str) -> None:
    report = run(library, "where_is_scratch() -> i32")
    scratch = Path(report.stdout.strip())
    assert scratch.is_absolute()
    assert not scratch.exists()


def test_a_report_says_what_held(library: str) -> None:
    words = " ".join(run(library, "discard() -> i32").protections)
    for protection in ("time 10 s", "memory 1024 MiB", "Landlock", "no network", "no new processes", "no core files"):
        assert protection in words


def test_without_the_sandbox_the_same_calls_get_through_and_the_report_says_so(library: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    report = run(library, "f_unlink(buffer) -> i32", str(file), sandbox=False)
    assert report.result == 0
    assert not file.exists()
    assert report.unprotected == ("no sandbox: it was turned off",)
    assert "own session" in report.protections


def test_a_library_that_vanishes_in_the_middle_of_a_run_is_still_mapped(compile_library, tmp_path: Path) -> None:
    copy = tmp_path / "libgone.so"
    copy.write_bytes(compile_library(SOURCE, "libattack.so", ("-pthread",)).read_bytes())
    report = run(str(copy), "remove_library(buffer) -> i32", str(copy), sandbox=False, timed=True)
    assert (report.status, report.result) == (Status.DONE, 0)
    assert not copy.exists()


def test_runs_in_several_threads_do_not_disturb_each_other(library: str) -> None:
    reports: list[RunReport] = []

    def one() -> None:
        reports.append(quick_run(RunRequest(library, parse_signature("discard() -> i32"), timed=False)))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [report.result for report in reports] == [0] * 4


# --- the filter itself ----------------------------------------------------------------------------------------------


def judge(program: list[tuple[int, int, int, int]], architecture: int, number: int, argument: int) -> int:
    """Run a filter as the kernel does, on the few instructions that ours has (linux/filter.h)."""
    data = {0: number, 4: architecture, 16: argument}
    place, word = 0, 0
    while True:
        code, if_true, if_false, operand = program[place]
        place += 1
        if code == 0x20:
            word = data[operand]
        elif code == 0x06:
            return operand
        else:
            met = {0x15: word == operand, 0x35: word >= operand, 0x45: bool(word & operand)}[code]
            place += if_true if met else if_false


ALLOW = 0x7FFF0000
REFUSE = 0x00050001
NO_SUCH_CALL = 0x00050026


@pytest.mark.parametrize("name", list(ARCHITECTURES))
@pytest.mark.parametrize("signals", [True, False])
def test_the_filter_judges_each_call_as_it_is_meant_to(name: str, signals: bool) -> None:
    machine = ARCHITECTURES[name]
    program = make_filter(machine, 4242, signals=signals)
    watched = {*machine.denied, *machine.own_only, *machine.signals, machine.clone, machine.clone3}
    for number in range(600):
        if number not in watched:
            assert judge(program, machine.audit, number, 0) == ALLOW
    assert {judge(program, machine.audit, number, 0) for number in machine.denied} == {REFUSE}
    assert judge(program, machine.audit, machine.clone, 0x00010F00) == ALLOW
    assert judge(program, machine.audit, machine.clone, 17) == REFUSE
    assert judge(program, machine.audit, machine.clone3, 0) == NO_SUCH_CALL
    assert judge(program, machine.audit ^ 1, 0, 0) == REFUSE
    for number in machine.own_only:
        assert [judge(program, machine.audit, number, who) for who in (0, 4242, 1)] == [ALLOW, ALLOW, REFUSE]
    for number in machine.signals:
        other = REFUSE if signals else ALLOW
        assert [judge(program, machine.audit, number, who) for who in (4242, 1, 0xFFFFFFFF)] == [ALLOW, other, other]
    if machine.x32:
        assert judge(program, machine.audit, 0x40000000, 0) == REFUSE


def test_the_filter_of_this_machine_is_known() -> None:
    assert os.uname().machine in ARCHITECTURES
