"""The headline: the sqlite program in C, in Python through ffi_core, and on every JavaScript runtime that is here.

Each program reads fifty rows into an array 10,000 times, over a million native calls, and times itself; start-up and
compilation stand apart, in the wall time. The programs take turns, so that each figure is a ratio of neighbours in
time: the median over the rounds, with the quartiles as its spread. All must print the same; one that does not, or
that crashes, is an error.

    python bench/headline.py [--json] [--export-svg PATH] [--runs N] [--only NAME ...]

Missing runtimes are named and left out; scripts/install_runtimes.py installs them. Exit codes: 0 done, 1 outputs differ
or a program failed, 2 the comparison could not be made (no sqlite, no C compiler).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ffi_core.bench.chart import Bar, draw
from ffi_core.bench.compare import Contender, Result, compare_outputs, paired_ratios, quartiles, take_turns
from ffi_core.bench.programs import gather
from ffi_core.bench.runtimes import Absent
from ffi_core.library import locate

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = "libsqlite3.so.0"
BASE = "C"
PROGRAMS = {
    "porffor": ROOT / "examples" / "sqlite.porf.ts",
    "deno": ROOT / "bench" / "sqlite" / "sqlite.deno.ts",
    "bun": ROOT / "bench" / "sqlite" / "sqlite.bun.ts",
    "node": ROOT / "bench" / "sqlite" / "sqlite.node.mjs",
    "koffi": ROOT / "bench" / "sqlite" / "sqlite.koffi.mjs",
}
NAMES = {"ffi_core": "ffi_core (Python)", "node": "node (node:ffi)", "koffi": "koffi (Node)"}
SECONDS = 120.0


class CannotCompareError(Exception):
    """What is missing, in words."""


def native_contenders(folder: Path) -> list[Contender]:
    """C, compiled into the folder, and Python through ffi_core."""
    location = locate(LIBRARY)
    compiler = (os.environ.get("CC") or "cc").split()
    if location.path is None:
        raise CannotCompareError(f"there is no {LIBRARY} on this machine")
    if shutil.which(compiler[0]) is None:
        raise CannotCompareError("there is no C compiler to make the program that the others are measured against")
    program = folder / "sqlite"
    source = ROOT / "bench" / "sqlite" / "sqlite.c"
    subprocess.run([*compiler, "-O2", str(source), str(location.path), "-o", str(program)], check=True)
    words = subprocess.run([*compiler, "-dumpfullversion"], capture_output=True, text=True, check=False)
    python = ROOT / "bench" / "sqlite" / "sqlite_ffi_core.py"
    return [
        Contender(BASE, f"{compiler[0]} {words.stdout.strip()}", (str(program),)),
        Contender("ffi_core", f"Python {platform.python_version()}", (sys.executable, str(python))),
    ]


def javascript_contenders(folder: Path, only: Sequence[str]) -> tuple[list[Contender], list[Absent]]:
    """Each runtime that is here with the program in its own dialect, and those that are not here.

    Parameters
    ----------
    folder: for what is compiled.
    only: the runtimes that are wanted; empty for all.
    """
    present: list[Contender] = []
    absent: list[Absent] = []
    for name, file in PROGRAMS.items():
        if only and name not in only:
            continue
        here, missing = gather(file, frozenset({name}), [name], folder)
        present += here
        absent += missing
    return present, absent


def loop_times(result: Result) -> list[tuple[int, float]]:
    """What the program says its loop took, in milliseconds, with the round."""
    times = []
    for run in result.runs:
        words = dict(line.split(" ", 1) for line in run.output.splitlines() if " " in line)
        if run.failure is None and "milliseconds" in words:
            times.append((run.round, float(words["milliseconds"])))
    return times


def summary(result: Result, base: Result, outputs: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """The figures of a program beside those of the base."""
    loops = [milliseconds for _, milliseconds in loop_times(result)]
    ratios = paired_ratios(loop_times(result), loop_times(base))
    return {
        "name": result.contender.name,
        "version": result.contender.version,
        "loop_ms": statistics.median(loops) if loops else None,
        "loop_minimum_ms": min(loops, default=None),
        "wall_ms": result.wall_ms.median if result.wall_ms else None,
        "ratio_to_c": statistics.median(ratios) if ratios else None,
        "ratio_quartiles": [quartiles(ratios)[0], quartiles(ratios)[2]] if ratios else None,
        "samples_ms": loops,
        "output": list(outputs.get(result.contender.name, ())),
        "failures": list(result.failures),
    }


def picture(summaries: list[dict[str, Any]], runs: int) -> str:
    """The ratios as a bar chart, fastest first."""
    bars = []
    for row in in_order(summaries):
        ratio, (low, high) = row["ratio_to_c"] or 0.0, row["ratio_quartiles"] or (0.0, 0.0)
        label = f"{ratio:.2f}" if ratio else "no good run"
        note = f"{len(row['failures'])} of {runs} runs: {', '.join(sorted(set(row['failures'])))}"
        name = NAMES.get(row["name"], row["name"])
        failed = note if row["failures"] else ""
        bars.append(Bar(name, row["version"], ratio, low, high, label, failed, row["name"] == "ffi_core"))
    caption = (
        f"the loop of each program as a multiple of C's; median of {runs} runs in turns, the line spans the quartiles"
    )
    return draw("A million calls into SQLite", caption, bars)


def in_order(summaries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fastest first, those without a good run last."""
    return sorted(summaries, key=lambda row: row["ratio_to_c"] or float("inf"))


def show(summaries: list[dict[str, Any]], absent: list[Absent], runs: int) -> None:
    """Print the table, fastest first."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"fifty rows into an array, 10,000 times; median of {runs} interleaved runs", box=None)
    for heading in ("program", "version"):
        table.add_column(heading)
    for heading in ("loop ms", "x C", "quartiles", "wall ms"):
        table.add_column(heading, justify="right")
    for row in in_order(summaries):
        name = NAMES.get(row["name"], row["name"])
        if row["ratio_quartiles"] is None:
            table.add_row(name, row["version"], *["-"] * 4)
            continue
        low, high = row["ratio_quartiles"]
        figures = f"{row['loop_ms']:.1f}", f"{row['ratio_to_c']:.2f}", f"{low:.2f}-{high:.2f}", f"{row['wall_ms']:.0f}"
        table.add_row(name, row["version"], *figures)
    Console().print(table)
    for entry in absent:
        print(f"not here: {entry.name}: {entry.reason} ({entry.remedy})")


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; `words` are the command line's, `sys.argv` by default."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--export-svg", metavar="PATH", type=Path, help="also draw the ratios as a bar chart there")
    parser.add_argument("--runs", type=int, default=10, help="counted runs of each program, at least 2 (default 10)")
    parser.add_argument("--only", metavar="NAME", nargs="+", default=[], help="these beside C")
    options = parser.parse_args(words)
    if options.runs < 2:
        parser.error("--runs takes a number from 2: with one run nothing tells a time that is printed from a result")
    with tempfile.TemporaryDirectory() as name:
        try:
            contenders = native_contenders(Path(name))
        except CannotCompareError as error:
            print(f"bench/headline.py: {error}", file=sys.stderr)
            return 2
        present, absent = javascript_contenders(Path(name), options.only)
        contenders += present
        if options.only:
            contenders = [entry for entry in contenders if entry.name in (BASE, *options.only)]
        results = take_turns(contenders, options.runs, SECONDS)
    outputs = compare_outputs(results)
    summaries = [summary(result, results[0], outputs) for result in results]
    equal = len(set(outputs.values())) == 1
    failures = [f"{result.contender.name}: {cause}" for result in results for cause in result.failures]
    if options.export_svg is not None:
        options.export_svg.write_text(picture(summaries, options.runs), encoding="utf-8")
    if options.json:
        missing = [{"name": entry.name, "reason": entry.reason} for entry in absent]
        print(json.dumps({"programs": summaries, "absent": missing, "outputs_equal": equal}, indent=2))
    else:
        show(summaries, absent, options.runs)
        same = ", ".join(next(iter(outputs.values()), ()))
        print(f"every program printed: {same}" if equal else f"the outputs differ: {outputs}")
        for failure in failures:
            print(failure)
    return 0 if equal and not failures else 1


if __name__ == "__main__":
    sys.exit(main())
