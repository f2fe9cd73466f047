"""Native calls are counted where the program makes them, whatever runs the program."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ffi_core.bench.compare import Contender
from ffi_core.bench.counting import CannotCountError, Counter
from ffi_core.bench.shim import countable, write_shim
from ffi_core.dialects import read
from ffi_core.model import DlopenCall

SOURCE = """
#include <stdbool.h>
#include <stdint.h>
int add(int a, int b) { return a + b; }
double mix(float a, double b, int64_t c, const char *d, bool e, int64_t f, int64_t g, int64_t h, int64_t i) {
  return a + b + (double)(c + *d + e + f + g + h + i);
}
void nothing(void) {}
int never(void) { return 0; }
"""
FILE = """
Porffor.dlopen("lib.so", {
  add: { parameters: ["i32", "i32"], result: "i32" },
  mix: { parameters: ["f32", "f64", "i64", "buffer", "bool", "i64", "i64", "i64", "i64"], result: "f64" },
  nothing: { parameters: [], result: "void" },
  never: { parameters: [], result: "i32" },
});
"""
PROGRAM = """
import ctypes, os
library = ctypes.CDLL({library!r})
for turn in range(1000):
    assert library.add(turn, 1) == turn + 1
library.nothing()
library.mix.restype = ctypes.c_double
whole = [ctypes.c_int64(10 ** power) for power in range(5)]
sum = library.mix(ctypes.c_float(0.5), ctypes.c_double(0.25), whole[0], b"A", ctypes.c_bool(True), *whole[1:])
assert sum == 0.75 + 11111 + 65 + 1, sum
{end}
"""


def calls_of(text: str) -> tuple[DlopenCall, ...]:
    return read(text.encode(), Path("file.ts"))


def program(library: Path, end: str = "") -> Contender:
    return Contender("python", "3", (sys.executable, "-S", "-c", PROGRAM.format(library=str(library), end=end)))


@pytest.fixture
def library(compile_library: Callable[..., Path]) -> Path:
    return compile_library(SOURCE)


@pytest.mark.parametrize("end", ["", "os._exit(0)"])
def test_each_call_is_counted_and_passed_on_however_the_program_ends(library: Path, tmp_path: Path, end: str) -> None:
    counts = Counter(calls_of(FILE), tmp_path).count(program(library, end), 60)
    assert {count.symbol: count.calls for count in counts} == {"add": 1000, "mix": 1, "nothing": 1, "never": 0}
    times = {count.symbol: count.ns_per_call for count in counts}
    assert times["never"] is None
    assert all(times[name] is not None for name in ("add", "mix", "nothing"))


def test_each_run_is_counted_from_nothing(library: Path, tmp_path: Path) -> None:
    counter = Counter(calls_of(FILE), tmp_path)
    first, second = counter.count(program(library), 60), counter.count(program(library), 60)
    assert [count.calls for count in first] == [count.calls for count in second]


def test_a_run_that_fails_is_not_counted(library: Path, tmp_path: Path) -> None:
    counter = Counter(calls_of(FILE), tmp_path)
    with pytest.raises(CannotCountError, match="SIGABRT"):
        counter.count(program(library, "os.abort()"), 60)


def test_what_cannot_be_passed_on_faithfully_is_left_alone() -> None:
    text = """
    Deno.dlopen("one.so", {
      plain: { parameters: ["i32"], result: "i32" },
      pair: { parameters: [{ struct: ["f64", "f64"] }], result: "void" },
      twice: { parameters: ["i32"], result: "i32" },
      total: { type: "i32" },
      renamed: { name: "original", parameters: [], result: "pointer" },
      odd: { name: 'x" y', parameters: [], result: "void" },
    });
    Deno.dlopen("two.so", { twice: { parameters: ["f64"], result: "i32" } });
    """
    assert list(countable(calls_of(text))) == ["plain", "original"]


def test_without_a_function_there_is_nothing_to_count(tmp_path: Path) -> None:
    with pytest.raises(CannotCountError, match="binds no function"):
        Counter(calls_of('Deno.dlopen("one.so", { total: { type: "i32" } });'), tmp_path)


def test_without_a_compiler_the_reason_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(CannotCountError, match="no C compiler"):
        Counter(calls_of(FILE), tmp_path)


def test_the_text_spells_each_signature_in_c() -> None:
    text = write_shim(countable(calls_of(FILE)))
    assert "static int32_t counted_0(int32_t a0, int32_t a1) {" in text
    assert "static void counted_2(void) {" in text
    assert '{"add", "mix", "nothing", "never"}' in text
