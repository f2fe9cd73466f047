"""The sqlite program of the examples in C, in Python through ffi_core, and on every JavaScript runtime that is here.

Each program reads fifty rows into an array 10,000 times, over a million native calls, and times itself; start-up and
compilation stand apart, in the wall time. The programs take turns, so that each figure is a ratio of neighbours in
time: the median over the rounds, with the quartiles as its spread. All must print the same; one that does not, or
that crashes, is an error.

    python bench/sqlite.py [--json] [--runs N] [--only NAME ...]

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
import time
from dataclasses import dataclass, field
from pathlib import Path

from ffi_core.bench.distribution import percentile
from ffi_core.bench.runtimes import RUNTIMES, Absent, PreparationError, cache_folder
from ffi_core.library import locate

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = "libsqlite3.so.0"
BASE = "C"
PROGRAMS = {
    "porffor": ROOT / "examples" / "sqlite.porf.ts",
    "deno": ROOT / "bench" / "sqlite" / "sqlite.deno.ts",
    "bun": ROOT / "bench" / "sqlite" / "sqlite.bun.ts",
    "node": ROOT / "bench" / "sqlite" / "sqlite.node.mjs",
}
SECONDS = 120


class CannotCompareError(Exception):
    """What is missing, in words."""


@dataclass
class Contender:
    """A program that takes part, and what its runs gave.

    Parameters
    ----------
    name: as in the table.
    version: of the compiler or runtime.
    command: what runs the program.
    loop_ms: what the program says it took, one figure a round.
    wall_ms: what starting, running and ending it took.
    outputs: each different output it printed, without the times.
    failures: each run that did not end well, in words.
    """

    name: str
    version: str
    command: tuple[str, ...]
    loop_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)
    outputs: set[str] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)

    def run(self, *, counted: bool) -> None:
        """Run the program once; a warm-up run is judged, but its times are thrown away."""
        started = time.perf_counter()
        done = subprocess.run(self.command, capture_output=True, text=True, timeout=SECONDS, check=False)
        wall = (time.perf_counter() - started) * 1000
        if done.returncode != 0:
            self.failures.append(f"exit code {done.returncode}: {done.stderr.strip()[-300:]}")
            return
        printed = dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
        loop = float(printed.pop("milliseconds", "nan"))
        self.outputs.add(", ".join(f"{name} {value}" for name, value in sorted(printed.items())))
        if counted:
            self.loop_ms.append(loop)
            self.wall_ms.append(wall)

    def summary(self, base: Contender) -> dict[str, object]:
        """The figures of this program beside those of another."""
        ratios = sorted(mine / other for mine, other in zip(self.loop_ms, base.loop_ms, strict=False))
        timed = bool(ratios)
        return {
            "name": self.name,
            "version": self.version,
            "loop_ms": statistics.median(self.loop_ms) if timed else None,
            "loop_minimum_ms": min(self.loop_ms) if timed else None,
            "wall_ms": statistics.median(self.wall_ms) if timed else None,
            "ratio_to_c": statistics.median(ratios) if timed else None,
            "ratio_quartiles": [percentile(ratios, 0.25), percentile(ratios, 0.75)] if timed else None,
            "samples_ms": self.loop_ms,
            "outputs": sorted(self.outputs),
            "failures": self.failures,
        }


def native_contenders(folder: Path) -> list[Contender]:
    """C, compiled into the folder, and Python through ffi_core."""
    location = locate(LIBRARY)
    compiler = os.environ.get("CC") or shutil.which("cc")
    if location.path is None:
        raise CannotCompareError(f"there is no {LIBRARY} on this machine")
    if compiler is None:
        raise CannotCompareError("there is no C compiler to make the program that the others are measured against")
    program = folder / "sqlite"
    source = ROOT / "bench" / "sqlite" / "sqlite.c"
    subprocess.run([*compiler.split(), "-O2", str(source), str(location.path), "-o", str(program)], check=True)
    words = subprocess.run([*compiler.split(), "-dumpfullversion"], capture_output=True, text=True, check=False)
    python = ROOT / "bench" / "sqlite" / "sqlite_ffi_core.py"
    return [
        Contender(BASE, words.stdout.strip(), (str(program),)),
        Contender("ffi_core", f"Python {platform.python_version()}", (sys.executable, str(python))),
    ]


def javascript_contenders(folder: Path) -> tuple[list[Contender], list[Absent]]:
    """The runtimes that are here, made ready, and those that are not."""
    present, absent = [], []
    for name, file in PROGRAMS.items():
        runtime = RUNTIMES[name]
        found = runtime.find(cache_folder())
        if isinstance(found, Absent):
            absent.append(found)
            continue
        try:
            present.append(Contender(name, found.version, runtime.prepare(found, file, folder, False)))
        except PreparationError as error:
            absent.append(Absent(name, str(error), "see the compiler's words"))
    return present, absent


def take_turns(contenders: list[Contender], runs: int) -> None:
    """One warm-up round, then the counted ones; each round starts with another program."""
    for turn in range(runs + 1):
        shift = turn % len(contenders)
        for contender in contenders[shift:] + contenders[:shift]:
            contender.run(counted=turn > 0)


def show(summaries: list[dict[str, object]], absent: list[Absent], runs: int) -> None:
    """Print the table, fastest first."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"fifty rows into an array, 10,000 times; median of {runs} interleaved runs")
    for heading in ("program", "version"):
        table.add_column(heading)
    for heading in ("loop ms", "x C", "quartiles", "wall ms"):
        table.add_column(heading, justify="right")
    for row in sorted(summaries, key=lambda row: row["ratio_to_c"] or float("inf")):
        if row["ratio_quartiles"] is None:
            table.add_row(str(row["name"]), str(row["version"]), *["-"] * 4)
            continue
        low, high = row["ratio_quartiles"]
        table.add_row(
            str(row["name"]),
            str(row["version"]),
            f"{row['loop_ms']:.1f}",
            f"{row['ratio_to_c']:.2f}",
            f"{low:.2f} - {high:.2f}",
            f"{row['wall_ms']:.0f}",
        )
    Console().print(table)
    for entry in absent:
        print(f"not here: {entry.name}: {entry.reason} ({entry.remedy})")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--runs", type=int, default=10, help="counted runs of each program (default 10)")
    parser.add_argument("--only", metavar="NAME", nargs="+", default=[], help="these beside C")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs takes a number from 1")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            contenders = native_contenders(folder)
        except CannotCompareError as error:
            print(f"bench/sqlite.py: {error}", file=sys.stderr)
            return 2
        present, absent = javascript_contenders(folder)
        contenders += present
        if options.only:
            contenders = [entry for entry in contenders if entry.name in (BASE, *options.only)]
        take_turns(contenders, options.runs)
    summaries = [contender.summary(contenders[0]) for contender in contenders]
    outputs = {output for contender in contenders for output in contender.outputs}
    failures = [f"{contender.name}: {words}" for contender in contenders for words in contender.failures]
    if options.json:
        result = {
            "machine": platform.machine(),
            "runs": options.runs,
            "programs": summaries,
            "absent": [{"name": entry.name, "reason": entry.reason} for entry in absent],
            "outputs_equal": len(outputs) == 1,
        }
        print(json.dumps(result, indent=2))
    else:
        show(summaries, absent, options.runs)
        print(f"every program printed: {outputs.pop()}" if len(outputs) == 1 else f"outputs differ: {outputs}")
        for words in failures:
            print(words)
    return 1 if failures or len(outputs) > 1 else 0


if __name__ == "__main__":
    sys.exit(main())
