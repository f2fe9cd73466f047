"""A run's report as a Markdown document."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from ffi_core.bench import RunReport, RunRequest, Status
from ffi_core.bench.comparison import Comparison, Verdict
from ffi_core.bench.document import Earlier, Surroundings, code, draw_histogram, fence, repeat_command, write_document
from ffi_core.bench.machine import Machine
from ffi_core.bench.noise import Noise
from ffi_core.schema import parse_signature

MACHINE = Machine("Processor | X", 4, False, "Linux 6.1 x86_64", "powersave", "CPython 3.12.1")
REQUEST = RunRequest("/lib/libm.so.6", parse_signature("cos(f64) -> f64"), (0.5,))
REPORT = RunReport(
    *(Status.DONE, None, "", "cos", "/lib/libm.so.6", 3000, 10.0, 0.5, 9.0, 12.0, 1e8),
    empty_ns=2.0,
    python_ns=25.0,
    outliers=0,
    steady=True,
    noise=Noise(0.5, 0.0, 0.0, 0.0, 0.0),
    batch_size=100,
    samples_ns=(9.0, 10.0, 10.0, 12.0),
    result=0.8775,
    protections=("time 10 s", "no network"),
    backend="fastcall",
)
AROUND = Surroundings("2026-03-01 14:05:09 +0100", MACHINE, None, "abcd", "ffi-core bench cos.ts --symbol cos")
LAST = Earlier("2026-02-28 09:00:00 +0100", 12.5, 0.1, "efgh", quiet=False)


def test_a_document_tells_figures_machine_library_and_how_to_repeat_it() -> None:
    text = write_document(REQUEST, REPORT, AROUND)
    assert text.startswith("# `cos(f64) -> f64`\n\n`cos(0.5)` gave `0.8775`, **10.0 ns** per call.\n")
    for words in (
        "| median | 10.0 ns |",
        "| median absolute deviation | 0.50 ns |",
        "| an empty call in the same loop (not subtracted) | 2.00 ns |",
        "| the same call from Python through ffi_core | 25.0 ns |",
        "| of that, what Python adds | 15.0 ns |",
        "| processor | Processor \\| X, 4 in use |",
        "the clock follows the load (governor powersave)",
        "| quiet | yes |",
        "| file | `/lib/libm.so.6` |",
        "Held: time 10 s, no network.",
        "```sh\nffi-core bench cos.ts --symbol cos\n```",
    ):
        assert words in text
    assert "Earlier runs" not in text


def test_a_document_sets_a_run_beside_the_last_one() -> None:
    comparison = Comparison(Verdict.FASTER, 0.8, 1e-9, 0.05)
    text = write_document(REQUEST, REPORT, replace(AROUND, comparison=comparison, earlier=(LAST,)))
    assert "**10.0 ns** per call, 20% faster than the last time." in text
    assert "**20% faster**: 0.800 times the median of 2026-02-28 09:00:00 +0100 (12.5 ns)" in text
    assert "the library was built anew in between" in text
    assert "| 2026-02-28 09:00:00 +0100 | 12.5 ns | 0.10 ns | `efgh` | not quiet |" in text
    noise = Comparison(Verdict.WITHIN_NOISE, 1.01, 0.2, 0.05)
    text = write_document(REQUEST, REPORT, replace(AROUND, comparison=noise, earlier=(LAST,)))
    assert "per call, within noise of the last time." in text


def test_a_document_of_a_crash_has_no_figures() -> None:
    crash = RunReport(Status.CRASHED, "SIGSEGV", "cos(0.5) crashed with SIGSEGV in its first call", "cos", "libm")
    text = write_document(REQUEST, replace(crash, stderr="it `hurts`\n"), AROUND)
    assert "**crashed**. cos(0.5) crashed with SIGSEGV in its first call" in text
    assert "median" not in text
    assert "## What it wrote to standard error\n\n```text\nit `hurts`\n```" in text


def test_what_a_library_prints_cannot_leave_its_block() -> None:
    report = replace(REPORT, stdout="```\n# Heading\n````\n")
    assert "`````text\n```\n# Heading\n````\n`````" in write_document(REQUEST, report, AROUND)
    assert code("a`b``c") == "```a`b``c```"
    assert code("`") == "`` ` ``"
    assert fence("x") == "```text\nx\n```"


def test_long_output_is_cut() -> None:
    text = write_document(REQUEST, replace(REPORT, stdout="x" * 9000), AROUND)
    assert "x" * 4000 + "\n... and 5,000 more" in text


def test_a_histogram_has_a_bar_for_each_bin_that_holds_samples() -> None:
    lines = draw_histogram((10.0,) * 8 + (11.0,) * 4 + (20.0,) * 4, bins=5).splitlines()
    assert lines == ["10.0 ns 12 " + "█" * 40, "12.0 ns  0", "14.0 ns  0", "16.0 ns  0", "18.0 ns  4 " + "█" * 14]


def test_a_histogram_says_how_many_are_far_slower_and_leaves_them_no_bar() -> None:
    lines = draw_histogram((10.0, 11.0) * 16 + (5e9,), bins=2).splitlines()
    assert lines == ["10.0 ns 16 " + "█" * 40, "10.5 ns 16 " + "█" * 40, "and 1 slower, up to 5.00 s"]


@pytest.mark.parametrize("given", [False, True])
def test_the_command_that_repeats_a_run_says_what_the_file_does_not(given: bool) -> None:
    request = replace(REQUEST, arguments=("it's", None), sandbox=False, memory=2 << 30, timeout=2.5)
    words = shlex.split(repeat_command(Path("a file.ts"), request, given=given))
    assert words[:5] == ["ffi-core", "bench", "a file.ts", "--symbol", "cos"]
    assert ("--args" in words) is given
    assert words[-5:] == ["--timeout", "2.5", "--memory", "2048", "--no-sandbox"]
    if given:
        assert words[words.index("--args") + 1] == '["it\'s", null]'
