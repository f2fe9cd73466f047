"""Programs side by side: turns, times, failures and outputs, shown on real processes."""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import replace

import pytest

from ffi_core.bench.compare import Contender, Result, Run, compare_outputs, paired_ratios, take_turns
from ffi_core.bench.counting import SymbolCount
from ffi_core.bench.runtimes import Absent
from ffi_core.bench.table import Table


def python(name: str, text: str) -> Contender:
    return Contender(name, "3", (sys.executable, "-S", "-c", text))


def test_each_round_runs_every_program_and_the_warm_up_is_not_counted() -> None:
    seen: list[int] = []
    one, other = take_turns([python("one", "print(1)"), python("other", "print(1)")], 3, 30, seen.append)
    assert seen == list(range(1, 9))
    assert [run.round for run in one.runs] == [run.round for run in other.runs] == [1, 2, 3]
    assert one.wall_ms is not None
    assert one.wall_ms.median > 0


def test_a_failure_is_told_in_words_and_has_no_time() -> None:
    texts = {
        "exits": "raise SystemExit(3)",
        "crashes": "import os; os.abort()",
        "hangs": "import time; time.sleep(60)",
    }
    started = time.monotonic()
    results = take_turns([python(name, text) for name, text in texts.items()], 1, 2.0)
    assert [result.failures for result in results] == [("exit 3",), ("SIGABRT",), ("timed out",)]
    assert [result.wall_ms for result in results] == [None] * 3
    assert time.monotonic() - started < 20


def test_a_program_that_cannot_start_is_a_failure_like_another() -> None:
    (result,) = take_turns([Contender("gone", "1", ("/nowhere/program",))], 1, 5.0)
    assert result.failures == ("could not start",)
    assert "/nowhere/program: No such file" in result.runs[0].errors


def test_output_beyond_a_mebibyte_is_counted_and_dropped() -> None:
    (result,) = take_turns([python("floods", "print('x' * (3 << 20))")], 1, 60)
    assert result.runs[0].output.endswith("x\n... and 2,097,153 bytes more\n")
    assert len(result.runs[0].output) < (1 << 20) + 50


def test_turns_can_be_called_off_from_another_thread() -> None:
    cancel = threading.Event()
    results = take_turns([python("one", "print(1)")], 50, 30, lambda done: done == 3 and cancel.set(), cancel)
    assert len(results[0].runs) == 2
    started = time.monotonic()
    cancel.clear()
    threading.Timer(0.2, cancel.set).start()
    results = take_turns([python("hangs", "import time; time.sleep(60)")], 2, 60, cancel=cancel)
    assert results[0].runs == ()
    assert time.monotonic() - started < 30


def test_what_a_program_prints_differently_each_time_is_not_compared() -> None:
    text = "import time; print('sum 5'); print('took', time.monotonic_ns()); print('end')"
    results = take_turns([python("one", text), python("other", text)], 2, 30)
    assert compare_outputs(results) == {"one": ("sum 5", "end"), "other": ("sum 5", "end")}


def run(turn: int, wall: float, output: str = "same\n", failure: str | None = None) -> Run:
    return Run(turn, wall, failure, output, "it hurts" if failure else "")


def result(name: str, *runs: Run) -> Result:
    from ffi_core.bench.distribution import summarise

    times = [entry.wall_ms for entry in runs if entry.failure is None]
    return Result(Contender(name, "1.0", (name,)), runs, summarise(times) if times else None)


def test_ratios_are_of_neighbours_in_time() -> None:
    assert paired_ratios([(1, 10.0), (2, 40.0), (3, 9.0)], [(1, 5.0), (2, 10.0)]) == [2.0, 4.0]


def test_the_fastest_comes_first_and_the_failed_last() -> None:
    slow, fast = result("slow", run(1, 20), run(2, 22)), result("fast", run(1, 10), run(2, 11))
    broken = result("broken", run(1, 1, failure="SIGSEGV"), run(2, 1, failure="SIGSEGV"))
    table = Table.of([broken, slow, fast], [])
    assert [row[0] for row in table.rows()] == ["fast", "slow", "broken"]
    assert table.rows()[1][2:4] == ("21.0 ms", "2.00 (2.00-2.00)")
    assert table.rows()[2][2:5] == ("-", "-", "2 of 2 runs: SIGSEGV")
    assert table.outputs_equal
    assert not table.succeeded


def test_a_crash_now_and_then_is_a_rate_beside_the_times_of_the_other_runs() -> None:
    flaky = result("flaky", run(1, 10), run(2, 1, failure="SIGSEGV"), run(3, 12))
    table = Table.of([flaky], [])
    assert table.rows()[0][2:5] == ("11.0 ms", "1.00 (1.00-1.00)", "1 of 3 runs: SIGSEGV")
    assert any("it hurts" in remark for remark in table.remarks())


def test_a_differing_output_is_an_error_and_is_shown() -> None:
    table = Table.of([result("one", run(1, 1, "sum 5"), run(2, 1, "sum 5")), result("other", run(1, 2, "sum 6"))], [])
    assert not table.outputs_equal
    assert not table.succeeded
    assert "other: sum 6" in table.remarks()


def test_a_painted_output_is_equal_to_a_plain_one() -> None:
    painted = result("painted", run(1, 1, "\x1b[33m5000\x1b[0m\n"), run(2, 1, "\x1b[33m5000\x1b[0m\n"))
    assert Table.of([painted, result("plain", run(1, 2, "5000\n"))], []).outputs == {
        "painted": ("5000",),
        "plain": ("5000",),
    }


def test_the_table_as_json_and_markdown_tells_the_same() -> None:
    table = Table.of([result("one", run(1, 10), run(2, 11))], [Absent("bun", "there is none", "npm install bun")])
    data = json.loads(json.dumps(table.to_json()))
    assert data["outputs_equal"] is True
    assert data["programs"][0]["samples_ms"] == [10, 11]
    assert data["absent"] == [{"name": "bun", "reason": "there is none", "remedy": "npm install bun"}]
    lines = table.to_markdown().splitlines()
    assert lines[2] == "| one | 1.0 | 10.5 ms | 1.00 (1.00-1.00) |  |"
    assert "bun: there is none" in lines[-1]


def test_nothing_printed_at_all_is_equal_to_nothing() -> None:
    assert Table.of([result("one", run(1, 1, "")), result("other", run(1, 1, ""))], []).succeeded


@pytest.mark.parametrize("text", ["print('x' * 10_000_000)", "import sys; sys.stderr.write('x' * 10_000_000)"])
def test_much_output_holds_nothing_up(text: str) -> None:
    (found,) = take_turns([python("loud", text)], 1, 30)
    assert found.failures == ()


def test_counts_stand_in_one_column_where_programs_agree_and_by_each_time_where_not() -> None:
    table = replace(
        Table.of([result("one", run(1, 10)), result("other", run(1, 11))], []),
        counts={
            "one": (SymbolCount("step", 4000, 250.0), SymbolCount("open", 1, 9e4), SymbolCount("never", 0, None)),
            "other": (SymbolCount("step", 4000, 300.0), SymbolCount("open", 3, 8e4), SymbolCount("never", 0, None)),
        },
    )
    assert table.symbol_rows() == [
        ("step", "4,000", "250 ns", "300 ns"),
        ("open", "1-3", "1 x 90.0 us", "3 x 80.0 us"),
    ]
    assert "| `step` | 4,000 | 250 ns | 300 ns |" in table.to_markdown()
    assert table.to_json()["programs"][0]["symbols"][0] == {"symbol": "step", "calls": 4000, "ns_per_call": 250.0}


def test_a_comparison_that_was_ended_early_says_so() -> None:
    table = replace(Table.of([result("one", run(1, 10), run(2, 11)), result("other", run(1, 9))], []), interrupted=True)
    assert "Interrupted after 1 full round." in table.remarks()
    assert table.to_json()["interrupted"] is True


def test_a_crash_is_a_row_of_the_picture_with_its_rate() -> None:
    flaky = result("flaky", run(1, 10), run(2, 1, failure="SIGSEGV"), run(3, 12))
    broken = result("broken", run(1, 1, failure="SIGABRT"))
    drawn = Table.of([flaky, broken], []).to_svg("program.ts")
    assert "1 of 3 runs: SIGSEGV" in drawn
    assert "1 of 1 runs: SIGABRT" in drawn
    assert "no good run" in drawn
