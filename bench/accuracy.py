"""Whether the quick run tells the truth: functions of known cost, the same call again and again, limits that must hold.

The functions are compiled on the spot and watch the clock themselves. One takes the time that it is given, and some
tens of nanoseconds to read the clock; one takes from 1 to 2 ms, spread evenly, so that the true median is 1.5 ms and
the true median absolute deviation 0.25 ms. A figure is good where it lies within 5% of the truth; runs of the same call
agree where their medians lie within 5% of the median of all. An answer about a function that never returns must come
within the time limit and one second.

    python bench/accuracy.py [--json] [--runs N]

A report says itself whether its machine was quiet; the exit code is 1 where a figure is missed by a run that was quiet
and steady, where quiet runs disagree, or where an answer comes late.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from ffi_core.bench import RunReport, RunRequest, quick_run
from ffi_core.schema import parse_signature

TOLERANCE = 0.05
SOURCE = """
#include <signal.h>
#include <stdint.h>
#include <time.h>

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

void busy(int64_t nanoseconds) {
    int64_t end = now() + nanoseconds;
    while (now() < end) {}
}

/* Steps of the golden ratio spread evenly however many are taken. */
void spread(void) {
    static double share;
    share += 0.6180339887498949;
    share -= (int)share;
    busy(1000000 + (int64_t)(share * 1000000));
}

int spin(void) { for (volatile int turn = 0;; turn = !turn) {} }
int freeze(void) { return raise(SIGSTOP); }
"""


def build(folder: Path) -> str:
    """The library, compiled into the folder."""
    source, library = folder / "accuracy.c", folder / "libaccuracy.so"
    source.write_text(SOURCE)
    compiler = (os.environ.get("CC") or "cc").split()
    subprocess.run([*compiler, "-shared", "-fPIC", "-O2", str(source), "-o", str(library)], check=True)
    return str(library)


def timed(library: str, signature: str, *arguments: object) -> RunReport:
    report = quick_run(RunRequest(library, parse_signature(signature), arguments))
    if report.median_ns is None:
        sys.exit(f"bench/accuracy.py: {report.message}")
    return report


def known_cost(library: str) -> list[dict[str, Any]]:
    """What is measured of functions whose cost is known, beside the truth."""
    rows = []
    for nanoseconds in (5_000, 20_000, 500_000, 5_000_000):
        report = timed(library, "busy(i64)", nanoseconds)
        rows.append(row(f"busy for {nanoseconds:,} ns", "median", nanoseconds, report.median_ns, report))
    report = timed(library, "spread()")
    rows.append(row("1 to 2 ms, spread evenly", "median", 1_500_000, report.median_ns, report))
    rows.append(row("1 to 2 ms, spread evenly", "MAD", 250_000, report.mad_ns, report))
    return rows


def row(what: str, figure: str, truth: float, measured: float | None, report: RunReport) -> dict[str, Any]:
    error = abs((measured or 0.0) / truth - 1)
    return {
        "what": what,
        "figure": figure,
        "truth_ns": truth,
        "measured_ns": measured,
        "error": error,
        "good": error <= TOLERANCE,
        "quiet": is_quiet(report),
    }


def is_quiet(report: RunReport) -> bool:
    """Whether the report itself vouches for its figures."""
    return bool(report.steady) and report.noise is not None and report.noise.quiet


def agreement(runs: int) -> list[dict[str, Any]]:
    """How far the medians of repeated runs of the same call lie from the median of all."""
    rows = []
    for library, signature, arguments in (
        ("libm.so.6", "cos(f64) -> f64", (0.5,)),
        ("libc.so.6", "strlen(buffer) -> usize", ("twelve bytes",)),
    ):
        reports = [timed(library, signature, *arguments) for _ in range(runs)]
        rows.append({"call": signature, "runs": runs, **spread_of(reports, "")})
        rows[-1] |= spread_of([report for report in reports if is_quiet(report)], "quiet_")
    return rows


def spread_of(reports: list[RunReport], prefix: str) -> dict[str, Any]:
    """How many runs there are, how many lie within 5% of the median of all, and how far the farthest lies."""
    medians = [report.median_ns or 0.0 for report in reports]
    middle = statistics.median(medians) if medians else 0.0
    distances = [abs(median / middle - 1) for median in medians]
    return {
        f"{prefix}count": len(medians),
        f"{prefix}median_ns": middle,
        f"{prefix}within": sum(distance <= TOLERANCE for distance in distances),
        f"{prefix}farthest": max(distances, default=0.0),
    }


def limits(library: str) -> list[dict[str, Any]]:
    """How long the answer takes where the function never returns."""
    rows = []
    for name in ("spin", "freeze"):
        started = time.perf_counter()
        report = quick_run(RunRequest(library, parse_signature(f"{name}() -> i32"), timeout=1.0))
        seconds = time.perf_counter() - started
        rows.append({"call": name, "limit_s": 1.0, "answer_s": seconds, "cause": report.cause, "good": seconds <= 2.0})
    return rows


def show(result: dict[str, list[dict[str, Any]]]) -> None:
    print(f"{'known cost':28}{'figure':8}{'truth':>14}{'measured':>14}{'error':>8}")
    for entry in result["known_cost"]:
        figures = f"{entry['truth_ns']:>11,} ns{entry['measured_ns']:>11,.0f} ns{entry['error']:>8.2%}"
        print(f"{entry['what']:28}{entry['figure']:8}{figures}{'' if entry['quiet'] else '  (not quiet)'}")
    print(f"\n{'the same call again':28}{'runs':>8}{'median':>14}{'within 5%':>12}{'farthest':>10}")
    for entry in result["agreement"]:
        for prefix, name in (("", entry["call"]), ("quiet_", "  of them quiet")):
            count, median, within, farthest = (
                entry[f"{prefix}{figure}"] for figure in ("count", "median_ns", "within", "farthest")
            )
            print(f"{name:28}{count:>8}{median:>11.2f} ns{within:>12}{farthest:>10.1%}")
    print(f"\n{'never returns':28}{'limit':>8}{'answer after':>14}")
    for entry in result["limits"]:
        print(f"{entry['call']:28}{entry['limit_s']:>6.2f} s{entry['answer_s']:>12.2f} s")


def missed(result: dict[str, list[dict[str, Any]]]) -> bool:
    """Whether a promise was broken while the machine was quiet."""
    wrong = any(not entry["good"] and entry["quiet"] for entry in result["known_cost"])
    apart = any(entry["quiet_within"] < entry["quiet_count"] for entry in result["agreement"])
    return wrong or apart or any(not entry["good"] for entry in result["limits"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the tables")
    parser.add_argument("--runs", type=int, default=20, help="runs of each call that must agree (default 20)")
    options = parser.parse_args()
    if options.runs < 2:
        parser.error("--runs takes a number from 2")
    if shutil.which((os.environ.get("CC") or "cc").split()[0]) is None:
        parser.error("there is no C compiler to make the functions of known cost")
    with tempfile.TemporaryDirectory() as folder:
        library = build(Path(folder))
        result = {"known_cost": known_cost(library), "agreement": agreement(options.runs), "limits": limits(library)}
    if options.json:
        print(json.dumps(result, indent=2))
    else:
        show(result)
    return 1 if missed(result) else 0


if __name__ == "__main__":
    sys.exit(main())
