"""The block of text that people read."""

from __future__ import annotations

import pytest

from ffi_core.bench import RunReport, Status
from ffi_core.bench.text import describe, duration, sparkline
from ffi_core.schema import parse_signature

COS = parse_signature("cos(f64) -> f64")


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0.0, "0.00 ns"),
        (3.5249, "3.52 ns"),
        (9.996, "10.0 ns"),
        (99.96, "100 ns"),
        (999.4, "999 ns"),
        (999.6, "1.00 us"),
        (1_500_000, "1.50 ms"),
        (2.5e9, "2.50 s"),
        (86_400e9, "86400 s"),
    ],
)
def test_a_time_has_three_figures_and_the_unit_that_suits_it(nanoseconds: float, text: str) -> None:
    assert duration(nanoseconds) == text


def test_a_sparkline_peaks_where_the_samples_are() -> None:
    line = sparkline((10.0,) * 50 + (11.0,) * 5 + (20.0,) * 25, bins=10)
    assert line.startswith("10.0 ns █")
    assert line.endswith("▅ 20.0 ns")
    assert sparkline((5.0,)) == "5.00 ns █ 5.00 ns"


def test_one_very_slow_sample_does_not_make_a_sparkline_of_one_bar() -> None:
    line = sparkline((*(10.0, 11.0, 12.0, 13.0) * 8, 9e6), bins=4)
    assert line == "10.0 ns ████ 13.0 ns, 1 slower, up to 9.00 ms"


def test_a_failure_is_told_with_its_cause_and_without_figures() -> None:
    report = RunReport(Status.CRASHED, "SIGSEGV", "SIGSEGV: the child process died", "cos", "libm.so.6")
    text = describe(report, COS, picture=True)
    assert text.splitlines()[0] == "cos(f64) -> f64"
    assert "SIGSEGV" in text
    assert "median" not in text


def test_an_unsteady_run_and_its_outliers_are_named() -> None:
    samples = (*[9.0] * 8, 8.9, 20.0)
    report = RunReport(
        *(Status.DONE, None, "", "cos", "libm.so.6", 30, 9.0, 1.0, 8.0, 20.0, 1e9 / 9),
        outliers=2,
        steady=False,
        batch_size=10,
        samples_ns=samples,
        result="NaN",
    )
    text = describe(report, COS)
    assert "result    NaN" in text
    assert "unsteady" in text
    assert "2 of 10 batches: 1 slow, 1 fast" in text
    assert "spread" not in text
    assert "spread" in describe(report, COS, picture=True)


def test_what_calling_costs_stands_beside_what_the_function_costs() -> None:
    report = RunReport(
        *(Status.DONE, None, "", "cos", "libm.so.6", 30, 9.0, 1.0, 8.0, 20.0, 1e9 / 9),
        empty_ns=1.5,
        python_ns=21.0,
        samples_ns=(9.0,),
    )
    text = describe(report, COS)
    assert "empty call   1.50 ns in the same loop" in text
    assert "from Python  21.0 ns per call" in text


def test_what_held_and_what_did_not_is_told() -> None:
    protections = tuple(f"protection {number}" for number in range(12))
    report = RunReport(
        *(Status.DONE, None, "", "cos", "libm.so.6"),
        setup=("x = out(8)", "fesetround(0) -> 0"),
        protections=protections,
        unprotected=("files: no Landlock",),
    )
    lines = describe(report, COS).splitlines()
    assert max(map(len, lines)) <= 110
    words = " ".join(" ".join(lines).split())
    assert "set-up x = out(8); fesetround(0) -> 0" in words
    assert f"protected {', '.join(protections)} unprotected files: no Landlock" in words
