"""Quick runs of real libraries, friendly and hostile: whatever they do ends in the child and is told in words."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from ffi_core.bench import RunReport, RunRequest, Status, quick_run
from ffi_core.schema import check, parse_signature

FRIENDLY = """
#include <stdint.h>
#include <stdio.h>
#include <string.h>
static int calls;
int next(void) { return ++calls; }
int add(int a, int b) { return a + b; }
double half(double x) { return x / 2; }
size_t length(const char *text) { return strlen(text); }
int fill(unsigned char *out) { out[0]++; return out[0] * 256 + out[7]; }
void *where(void *address) { return address; }
void nothing(void) {}
int say(void) { printf("to stdout"); fprintf(stderr, "to stderr"); return 0; }
int data = 7;
"""

HOSTILE = """
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int null_dereference(void) { return *(volatile int *)0; }
int give_up(void) { abort(); }
int complain(int number) { return raise(number); }
int overflow(int depth) { volatile char room[4096]; room[0] = depth; return overflow(depth + 1) + room[0]; }
void leave(int code) { exit(code); }
void vanish(int code) { _exit(code); }
int spin(void) { for (volatile int turn = 0;; turn = !turn) {} }
int freeze(void) { return raise(SIGSTOP); }
int late_crash(void) { static int calls; return ++calls < 1000 ? calls : *(volatile int *)0; }
int late_exit(void) { static int calls; if (++calls > 1000) exit(5); return calls; }
int everything(void) { return malloc(100L << 30) == NULL; }
int flood(void) {
  static char page[1 << 16];
  memset(page, 'x', sizeof page);
  for (int count = 0; count < 16384; count++) if (write(1, page, sizeof page) < 0) return -1;
  return 0;
}
int leave_a_child(void) {
  if (fork() == 0) { for (;;) pause(); }
  return 0;
}
int run_away(void) {
  if (fork() == 0) { setsid(); sleep(20); _exit(0); }
  return 0;
}
int read_input(void) { return getchar(); }
int forge(const char *line) {
  for (int descriptor = 3; descriptor < 32; descriptor++) if (write(descriptor, line, strlen(line)) < 0) continue;
  _exit(0);
}
"""


@pytest.fixture
def friendly(compile_library) -> str:
    return str(compile_library(FRIENDLY, "libfriendly.so"))


@pytest.fixture
def hostile(compile_library) -> str:
    return str(compile_library(HOSTILE, "libhostile.so", ("-O0",)))


def run(
    library: str,
    signature: str,
    *arguments: object,
    timed: bool = False,
    timeout: float = 10.0,
    sandbox: bool = True,
) -> RunReport:
    request = RunRequest(library, parse_signature(signature), arguments, timeout, timed, sandbox=sandbox)
    return quick_run(request)


def test_a_timed_run_gives_figures_that_agree_with_each_other(friendly: str) -> None:
    report = run(friendly, "add(i32, i32) -> i32", 2, 40, timed=True)
    assert (report.status, report.cause, report.result) == (Status.DONE, None, 42)
    assert report.median_ns is not None
    assert report.minimum_ns is not None
    assert report.p99_ns is not None
    assert 0 < report.minimum_ns <= report.median_ns <= report.p99_ns
    assert report.calls_per_second == pytest.approx(1e9 / report.median_ns)
    assert report.batch_size is not None
    assert report.calls > report.batch_size * len(report.samples_ns)
    assert report.python_ns is not None
    assert report.python_ns > 0
    assert report.empty_ns is not None
    assert report.empty_ns > 0
    assert report.backend in ("fastcall", "cffi")


@pytest.mark.parametrize(
    ("parameters", "result", "arguments"),
    [
        ([{"struct": ["f64", "f64", "f64"]}, "f32"], {"struct": ["f64", "f64", "f64"]}, ([0] * 24, 1)),
        (["f64"], "bool", (1,)),
        (["f32", "i32", "buffer", "f64", *["i64"] * 6], "f64", (1, 2, {"out": 8}, 4, *[5] * 6)),
    ],
)
def test_an_empty_call_takes_arguments_of_any_shape(compile_library, parameters, result, arguments) -> None:
    source = """
    #include <stdbool.h>
    typedef struct { double a, b, c; } triple;
    triple same(triple value, float scale) { (void)scale; return value; }
    bool positive(double value) { return value > 0; }
    double fourth(float a, int b, void *c, double d, long e, long f, long g, long h, long i, long j) {
      return a + b + d + *(char *)c + e + f + g + h + i + j;
    }"""
    name = {1: "positive", 2: "same"}.get(len(parameters), "fourth")
    (declaration,) = check({name: {"parameters": parameters, "result": result}})
    report = quick_run(RunRequest(str(compile_library(source)), declaration, arguments))
    assert report.cause is None
    assert report.empty_ns is not None
    assert report.empty_ns > 0


def test_the_result_is_that_of_the_first_call(friendly: str) -> None:
    assert run(friendly, "next() -> i32", timed=True).result == 1


@pytest.mark.parametrize(
    ("signature", "arguments", "result"),
    [
        ("half(f64) -> f64", (1,), 0.5),
        ("half(f64) -> f64", ("NaN",), "NaN"),
        ("length(buffer) -> usize", ("hé",), 3),
        ("length(pointer) -> usize", ("four",), 4),
        ("fill(buffer) -> i32", ({"out": 8},), 256),
        ("fill(buffer) -> i32", ([4, 0, 0, 0, 0, 0, 0, 9],), 5 * 256 + 9),
        ("where(pointer) -> pointer", (0x7F00,), "0x7f00"),
        ("where(pointer) -> pointer", (None,), None),
        ("nothing()", (), None),
    ],
)
def test_arguments_reach_c_and_results_come_back(friendly: str, signature: str, arguments, result: object) -> None:
    report = run(friendly, signature, *arguments)
    assert (report.cause, report.result, report.calls) == (None, result, 1)


def test_a_renamed_declaration_calls_the_c_name(friendly: str) -> None:
    (declaration,) = check({"sum": {"name": "add", "parameters": ["i32", "i32"], "result": "i32", "nonblocking": True}})
    report = quick_run(RunRequest(friendly, declaration, (1, 2), timed=False))
    assert (report.result, report.symbol) == (3, "add")


def test_what_the_library_prints_is_kept_apart_from_the_answer(friendly: str) -> None:
    report = run(friendly, "say() -> i32")
    assert (report.status, report.stdout, report.stderr) == (Status.DONE, "to stdout", "to stderr")


def test_a_report_is_json_with_every_field(friendly: str) -> None:
    report = run(friendly, "next() -> i32", timed=True)
    copy = json.loads(json.dumps(report.to_json()))
    assert copy["status"] == "done"
    assert len(copy["samples_ns"]) == len(report.samples_ns) > 0
    assert set(copy) == set(RunReport.__dataclass_fields__)


# --- what goes wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signature", "arguments", "status", "cause"),
    [
        ("null_dereference() -> i32", (), Status.CRASHED, "SIGSEGV"),
        ("give_up() -> i32", (), Status.CRASHED, "SIGABRT"),
        ("complain(i32) -> i32", (signal.SIGFPE,), Status.CRASHED, "SIGFPE"),
        ("overflow(i32) -> i32", (0,), Status.CRASHED, "SIGSEGV"),
        ("leave(i32)", (3,), Status.EXITED, "exit 3"),
        ("leave(i32)", (0,), Status.EXITED, "exit 0"),
        ("vanish(i32)", (1,), Status.EXITED, "exit 1"),
    ],
)
def test_the_end_of_the_child_is_named(hostile: str, signature: str, arguments, status: Status, cause: str) -> None:
    report = run(hostile, signature, *arguments)
    assert (report.status, report.cause, report.calls) == (status, cause, 0)
    assert report.message.startswith(f"{report.symbol}(")
    assert report.message.endswith(f" with {cause} in its first call")


@pytest.mark.parametrize("signature", ["spin() -> i32", "freeze() -> i32"])
def test_a_call_that_never_returns_is_ended_at_its_limit(hostile: str, signature: str) -> None:
    started = time.monotonic()
    report = run(hostile, signature, timeout=0.5)
    # It takes a few milliseconds more; the bound is for a machine that is busy with other tests.
    assert 0.5 <= time.monotonic() - started < 5
    assert (report.status, report.cause) == (Status.TIMED_OUT, "timed out")


def test_a_child_that_stopped_itself_is_told_from_one_that_is_busy(hostile: str) -> None:
    assert "SIGSTOP" in run(hostile, "freeze() -> i32", timeout=3).message


def test_a_message_names_the_call_with_its_arguments_and_its_outcome(friendly: str, hostile: str) -> None:
    assert run(friendly, "add(i32, i32) -> i32", 40, 2).message == "add(40, 2) = 42"
    assert run(friendly, "nothing()").message == "nothing()"
    assert run(friendly, "length(buffer) -> usize", "x" * 100).message.startswith('length("xxxx')
    assert " per call, median of " in run(friendly, "add(i32, i32) -> i32", 40, 2, timed=True).message
    assert run(hostile, "leave(i32)", 3).message == "leave(3) ended its process with exit 3 in its first call"


@pytest.mark.parametrize(("signature", "cause"), [("late_crash() -> i32", "SIGSEGV"), ("late_exit() -> i32", "exit 5")])
def test_an_end_in_the_middle_of_timing_is_told_from_one_in_the_first_call(
    hostile: str, signature: str, cause: str
) -> None:
    report = run(hostile, signature, timed=True)
    assert (report.cause, report.calls, report.median_ns) == (cause, 1, None)
    assert report.message.endswith(f" with {cause} while it was timed")


def test_memory_beyond_the_limit_is_refused_to_the_library(hostile: str) -> None:
    assert run(hostile, "everything() -> i32").result == 1


def test_a_gibibyte_of_output_is_cut_and_holds_nothing_up(hostile: str) -> None:
    report = run(hostile, "flood() -> i32")
    assert (report.status, report.result, len(report.stdout)) == (Status.DONE, 0, 64 * 1024)


@pytest.mark.parametrize("signature", ["leave_a_child() -> i32", "run_away() -> i32"])
def test_children_that_the_library_leaves_behind_hold_nothing_up(hostile: str, signature: str) -> None:
    started = time.monotonic()
    report = run(hostile, signature, sandbox=False)
    assert report.status is Status.DONE
    assert time.monotonic() - started < 10


def test_the_process_group_dies_with_the_child(compile_library, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    source = f"""
    #include <stdio.h>
    #include <unistd.h>
    int leave_a_child(void) {{
      if (fork() == 0) {{
        FILE *note = fopen("{note}", "w");
        fprintf(note, "%d", getpid());
        fclose(note);
        for (;;) pause();
      }}
      while (access("{note}", F_OK)) usleep(1000);
      usleep(50000);
      return 0;
    }}"""
    assert run(str(compile_library(source)), "leave_a_child() -> i32", sandbox=False).status is Status.DONE
    pid = int(note.read_text())
    deadline = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(pid)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize(
    ("constructor", "status", "cause"),
    [
        ("abort();", Status.CRASHED, "SIGABRT"),
        ("_exit(4);", Status.EXITED, "exit 4"),
        ("for (;;) pause();", Status.TIMED_OUT, "timed out"),
    ],
)
def test_a_constructor_that_misbehaves_is_told_as_such(compile_library, constructor, status: Status, cause) -> None:
    source = f"""
    #include <stdlib.h>
    #include <unistd.h>
    __attribute__((constructor)) static void rise(void) {{ {constructor} }}
    int f(void) {{ return 0; }}"""
    report = run(str(compile_library(source)), "f() -> i32", timeout=3)
    assert (report.status, report.cause) == (status, cause)
    assert report.message.endswith("while it was loaded, in a constructor perhaps")


@pytest.mark.parametrize(
    "line",
    [
        '{"calls": 1, "samples_ns": 5}',
        '{"calls": 1, "median_ns": "fast", "result": 1}',
        '{"stage": []}',
        '{"stage": "set-up", "step": 7}',
        "[" * 50_000,
        "nonsense",
        '{"calls": 1e999}',
    ],
)
def test_an_answer_forged_by_the_library_gives_a_report_all_the_same(hostile: str, line: str) -> None:
    report = run(hostile, "forge(buffer) -> i32", f"{line}\n")
    assert report.status in (Status.FAILED, Status.EXITED, Status.DONE)
    assert report.message
    json.dumps(report.to_json())


def test_the_library_has_no_input_to_read(hostile: str) -> None:
    assert run(hostile, "read_input() -> i32").result == -1


def test_a_crash_leaves_no_core_file(hostile: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(hostile, "give_up() -> i32")
    assert list(tmp_path.iterdir()) == []


def test_the_parent_never_loads_the_library(friendly: str) -> None:
    run(friendly, "next() -> i32", timed=True)
    assert "libfriendly.so" not in Path("/proc/self/maps").read_text()


def test_no_descriptor_and_no_process_is_left(hostile: str) -> None:
    def held() -> set[str]:
        return {entry.name for entry in Path("/proc/self/fd").iterdir()}

    before = held()
    for signature in ("null_dereference() -> i32", "spin() -> i32", "leave_a_child() -> i32"):
        run(hostile, signature, timeout=0.5, sandbox=False)
    assert held() == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_another_thread_can_cancel_a_run(hostile: str) -> None:
    cancel = threading.Event()
    threading.Timer(0.3, cancel.set).start()
    started = time.monotonic()
    report = quick_run(RunRequest(hostile, parse_signature("spin() -> i32"), timeout=30), cancel)
    assert (report.status, report.cause) == (Status.CANCELLED, "cancelled")
    assert time.monotonic() - started < 5


# --- what never runs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signature", "arguments", "words"),
    [
        ("add(i32, i32) -> i32", (1,), "add: takes 2 arguments (i32, i32), not 1"),
        ("add(i32, i32) -> i32", (1, "x"), 'argument 2: "x" is no i32'),
        ("ad(i32, i32) -> i32", (1, 2), "does not export 'ad'; did you mean 'add'?"),
    ],
)
def test_a_request_that_cannot_be_served_fails_in_plain_words(friendly: str, signature: str, arguments, words) -> None:
    report = run(friendly, signature, *arguments)
    assert report.status is Status.FAILED
    assert words in report.message
    assert report.cause is not None


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    report = run(str(tmp_path / "libnone.so"), "f()")
    assert report.status is Status.FAILED
    assert "libnone.so" in report.message


def test_a_file_that_is_no_library_is_named(tmp_path: Path) -> None:
    file = tmp_path / "libtext.so"
    file.write_text("no library at all")
    report = run(str(file), "f()")
    assert report.status is Status.FAILED
    assert "libtext.so" in report.message


def test_data_is_not_called(friendly: str) -> None:
    report = quick_run(RunRequest(friendly, check({"data": {"type": "i32"}})[0]))
    assert (report.status, report.cause) == (Status.FAILED, "data is data, which cannot be called")


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_no_time_is_no_run(friendly: str, timeout: float) -> None:
    assert run(friendly, "next() -> i32", timeout=timeout).status is Status.FAILED
