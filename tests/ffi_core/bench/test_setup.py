"""Arguments from comments, and set-up steps: enough to time a call on a live handle."""

from __future__ import annotations

import pytest

from ffi_core.bench import Arguments, ArgumentsError, RunRequest, Status, choose_arguments, quick_run
from ffi_core.bench.report import Step
from ffi_core.dialects import read
from ffi_core.schema import parse_signature

SOURCE = """
#include <stdlib.h>
struct counter { long value; };
int open_counter(struct counter **out, long start) {
  *out = malloc(sizeof **out);
  (*out)->value = start;
  return 0;
}
long bump(struct counter *counter) { return ++counter->value; }
long sum(const unsigned char *bytes, int count) { long total = 0; while (count) total += bytes[--count]; return total; }
void *same(void *address) { return address; }
double twice(double x) { return 2 * x; }
int refuse(void) { abort(); }
"""

SCHEMA = """
// ffi-setup: counter = out(8); open_counter(counter, 40)
const { bump } = Porffor.dlopen("LIBRARY", {
  open_counter: { parameters: ["buffer", "i64"], result: "i32" },
  // ffi-bench: bump(counter)
  bump: { parameters: ["pointer"], result: "i64" },
  // ffi-bench: twice(4)
  twice: { parameters: ["f64"], result: "f64" },
  // ffi-setup: block = bytes("ab"); more = block
  // ffi-bench: sum(more, 2)
  sum: { parameters: ["buffer", "i32"], result: "i64" },
  // ffi-setup: here = same(&counter)
  // ffi-bench: same(here)
  same: { parameters: ["pointer"], result: "pointer" },
  // ffi-setup: refuse()
  // ffi-bench: refuse()
  refuse: { parameters: [], result: "i32" },
  // ffi-bench: plain(nowhere)
  plain: { parameters: ["pointer"], result: "i32" },
  // ffi-setup: x = out(2)
  // ffi-bench: short(x)
  short: { parameters: ["pointer"], result: "i32" },
  // ffi-bench: other(1)
  wrong: { parameters: ["i32"], result: "i32" },
  // ffi-bench: torn(1
  torn: { parameters: ["i32"], result: "i32" },
  // ffi-setup: unknown(1)
  // ffi-bench: stranger(1)
  stranger: { parameters: ["i32"], result: "i32" },
});
twice(0.5);
"""


@pytest.fixture
def library(compile_library) -> str:
    return str(compile_library(SOURCE, "libsetup.so"))


def choose(name: str, given: list[object] | None = None) -> Arguments:
    text = SCHEMA.encode()
    (call,) = read(text, "setup.ts")
    return choose_arguments(call, name, given, text)


def test_a_comment_goes_before_a_call_in_the_file() -> None:
    chosen = choose("twice")
    assert (chosen.values, chosen.origin) == ((4,), "comment")
    assert chosen.span is not None
    assert SCHEMA.encode()[chosen.span.start : chosen.span.end] == b"// ffi-bench: twice(4)"


def test_a_request_goes_before_a_comment_and_may_use_its_names() -> None:
    assert choose("twice", [1]).setup == ()
    assert choose("bump", [{"name": "counter"}]).setup == choose("bump").setup != ()


def test_a_shared_set_up_is_left_out_where_none_of_its_names_is_used() -> None:
    assert [step.name for step in choose("sum").setup] == ["block", "more"]
    assert choose("twice").setup == ()


def test_a_handle_that_c_wrote_is_passed_on(library: str) -> None:
    report = quick_run(choose("bump").request(library))
    assert (report.status, report.result) == (Status.DONE, 41)
    assert report.setup == ("open_counter(counter, 40) -> 0",)
    assert report.calls > 1


def test_blocks_and_second_names_reach_c(library: str) -> None:
    assert quick_run(choose("sum").request(library)).result == ord("a") + ord("b")


def test_an_ampersand_gives_the_address_of_the_block_and_not_what_it_holds(library: str) -> None:
    report = quick_run(choose("same").request(library))
    handle, here = report.setup
    assert handle.endswith("-> 0")
    assert here == f"here = same(&counter) -> {report.result}"


def test_a_crash_in_the_set_up_names_the_step(library: str) -> None:
    report = quick_run(choose("refuse").request(library))
    assert (report.status, report.cause) == (Status.CRASHED, "SIGABRT")
    assert report.message == "refuse() crashed with SIGABRT in the set-up"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("plain", "argument 1: nothing was named 'nowhere' before"),
        ("short", "'x' has 2 bytes, too few to hold a pointer"),
        ("wrong", "the comment ffi-bench above wrong calls other"),
        ("torn", "the comment ffi-bench above torn: expected ',' at the end"),
        ("stranger", "unknown is not declared"),
    ],
)
def test_a_comment_that_is_wrong_is_told_before_anything_runs(name: str, words: str) -> None:
    with pytest.raises(ArgumentsError, match=words):
        choose(name)


def test_a_step_that_does_not_fit_fails_before_anything_runs(library: str) -> None:
    step = Step(None, parse_signature("bump(pointer) -> i64"), ("\0",))
    report = quick_run(RunRequest(library, parse_signature("twice(f64) -> f64"), (1,), setup=(step,)))
    assert report.status is Status.FAILED
    assert 'set-up step bump("\\u0000"): argument 1' in report.message
