"""The native timing loop of a quick run beside a C `for` loop over the same call.

Each call is timed by a quick run (in its child process, without the sandbox, whose filter makes system calls dearer)
and by a C program compiled on the spot that loads the library in the same way: from inside, in calibrated batches, and
from outside, as the difference in wall time between the program with many calls and with none. The three take turns;
the figures are ratios of neighbours in time, as medians over the rounds, with the quartiles as their spread.

    python bench/quick_run.py [--json] [--rounds N]
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
from dataclasses import dataclass
from pathlib import Path

from ffi_core.bench import RunRequest, quick_run
from ffi_core.bench.distribution import percentile
from ffi_core.library import locate
from ffi_core.schema import parse_signature


@dataclass(frozen=True)
class Case:
    """A call, as both sides write it."""

    library: str
    signature: str
    arguments: tuple[object, ...]
    c_type: str
    c_arguments: str


BUDGET = 1.05
"""What the quick run's loop may cost as a multiple of the loop in C."""
CASES = (
    Case("libm.so.6", "cos(f64) -> f64", (0.5,), "double (*)(double)", "0.5"),
    Case(
        "libc.so.6", "strlen(buffer) -> usize", ("twelve bytes",), "unsigned long (*)(const char *)", '"twelve bytes"'
    ),
    Case("libc.so.6", "getpid() -> i32", (), "int (*)(void)", ""),
    Case("libsqlite3.so.0", "sqlite3_libversion_number() -> i32", (), "int (*)(void)", ""),
)

PROGRAM = """
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int by_size(const void *one, const void *other) {
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

int main(int count_of_words, char **words) {
    void *library = dlopen("%(library)s", RTLD_NOW);
    __typeof__(%(c_type)s0) call = %(c_type)sdlsym(library, "%(symbol)s");
    if (count_of_words > 1) {
        long turns = atol(words[1]);
        for (long turn = 0; turn < turns; turn++) call(%(c_arguments)s);
        return 0;
    }
    double samples[250];
    for (long count = 1;; count *= 2) {
        double start = now();
        for (long turn = 0; turn < count; turn++) call(%(c_arguments)s);
        if (now() - start < 1e6) continue;
        for (int batch = 0; batch < 250; batch++) {
            start = now();
            for (long turn = 0; turn < count; turn++) call(%(c_arguments)s);
            samples[batch] = (now() - start) / (double)count;
        }
        break;
    }
    qsort(samples, 250, sizeof *samples, by_size);
    printf("%%f\\n", samples[125]);
}
"""


def build(case: Case, folder: Path) -> Path:
    """The C program for a case, compiled into the folder."""
    name = case.signature.partition("(")[0]
    source, program = folder / f"{name}.c", folder / name
    words = {"library": case.library, "symbol": name, "c_type": f"({case.c_type})", "c_arguments": case.c_arguments}
    source.write_text(PROGRAM % words)
    compiler = (os.environ.get("CC") or "cc").split()
    subprocess.run([*compiler, "-O2", str(source), "-o", str(program), "-ldl"], check=True)
    return program


def time_outside(program: Path, calls: int) -> float:
    """Nanoseconds per call, from the wall times of the whole program with that many calls and with none."""
    walls = []
    for count in (0, calls):
        started = time.perf_counter_ns()
        subprocess.run([program, str(count)], check=True)
        walls.append(time.perf_counter_ns() - started)
    return (walls[1] - walls[0]) / calls


def compare(case: Case, program: Path, rounds: int) -> dict[str, object]:
    """Nanoseconds per call in each way, and the ratios of the quick run to the other two."""
    request = RunRequest(case.library, parse_signature(case.signature), case.arguments, sandbox=False)
    found: dict[str, list[float]] = {"quick_run": [], "c": [], "outside": []}

    def quick() -> float:
        report = quick_run(request)
        if report.median_ns is None:
            sys.exit(f"bench/quick_run.py: {report.message}")
        return report.median_ns

    # A quarter of a second of calls makes the start of a process small beside them.
    calls = round(0.25e9 / max(quick(), 0.1))
    ways = {
        "quick_run": quick,
        "c": lambda: float(subprocess.run([program], capture_output=True, text=True, check=True).stdout),
        "outside": lambda: time_outside(program, calls),
    }
    for turn in range(rounds):
        for way in list(ways)[:: 1 if turn % 2 else -1]:
            found[way].append(ways[way]())
    row: dict[str, object] = {"call": case.signature}
    row |= {f"{way}_ns": statistics.median(times) for way, times in found.items()}
    for way, name in (("c", "ratio"), ("outside", "outside_ratio")):
        ratios = sorted(mine / other for mine, other in zip(found["quick_run"], found[way], strict=True))
        row |= {
            name: statistics.median(ratios),
            f"{name}_quartiles": [percentile(ratios, 0.25), percentile(ratios, 0.75)],
        }
        if way == "c":
            # Over where most of the rounds say so, whatever disturbed the others.
            row["over_budget"] = percentile(ratios, 0.25) > BUDGET
    return row


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON array instead of the table")
    parser.add_argument("--rounds", type=int, default=9, help="runs of each side (default 9)")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds takes a number from 1")
    if shutil.which((os.environ.get("CC") or "cc").split()[0]) is None:
        parser.error("there is no C compiler to make the loop that the quick run is measured against")
    results = []
    with tempfile.TemporaryDirectory() as name:
        for case in CASES:
            if locate(case.library).path is None:
                print(f"left out: {case.signature}: there is no {case.library}", file=sys.stderr)
                continue
            results.append(compare(case, build(case, Path(name)), options.rounds))
    if options.json:
        print(json.dumps(results, indent=2))
        return 0
    headings = "".join(f"{way:>12}{'ratio':>8}{'quartiles':>15}" for way in ("C loop", "outside"))
    print(f"{'call':38}{'quick run':>12}{headings}")
    for row in results:
        line = f"{row['call']:38}{row['quick_run_ns']:>9.2f} ns"
        for way, name in (("c", "ratio"), ("outside", "outside_ratio")):
            low, high = row[f"{name}_quartiles"]
            line += f"{row[f'{way}_ns']:>9.2f} ns{row[name]:>8.3f}{f'{low:.3f} - {high:.3f}':>15}"
        print(line + (f"  over {BUDGET:.2f}" if row["over_budget"] else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
