"""One call through ffi_core beside a hand-written extension, cffi in both modes, ctypes and an empty builtin.

All contenders take turns in one process; every figure is a ratio of neighbours in time, as the median over the rounds
with its median absolute deviation. The loop around the call is part of every figure, ours included.

    python bench/call.py [--json] [--rounds N] [--loops N]
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from call_contenders import CASES, Case, build, foreign_arguments

BASE = "hand-written"

_LOOP = """
def loop(function, arguments, turns, clock):
    {unpack}
    turns = range(turns)
    start = clock()
    for _ in turns:
        function({names})
    return clock() - start
"""


def make_loop(count: int) -> Callable[..., int]:
    """A timing loop of its own for each contender, so that the interpreter specialises each call by itself."""
    names = ", ".join(f"a{index}" for index in range(count))
    unpack = f"({names},) = arguments" if count else "pass"
    space: dict[str, Any] = {}
    exec(_LOOP.format(unpack=unpack, names=names), space)
    loop: Callable[..., int] = space["loop"]
    return loop


def time_case(case: Case, contenders: dict[str, Any], rounds: int, loops: int) -> dict[str, list[float]]:
    """Nanoseconds per call of each contender, one figure a round; the contenders take turns within each round."""
    ready = []
    for contender, give in contenders.items():
        arguments = foreign_arguments(contender, case)
        ready.append((contender, make_loop(len(arguments)), give(case), arguments))
    times: dict[str, list[float]] = {contender: [] for contender in contenders}
    for turn in range(rounds + 2):
        # Every round starts with another contender, so that none always follows the same one.
        shift = turn % len(ready)
        for contender, loop, function, arguments in ready[shift:] + ready[:shift]:
            elapsed = loop(function, arguments, loops, time.perf_counter_ns) / loops
            if turn >= 2:
                times[contender].append(elapsed)
    return times


def summarise(times: dict[str, list[float]], base: str = BASE) -> dict[str, dict[str, float]]:
    """For each contender the median nanoseconds, the ratio to `base` in the same round and the ratio's noise."""
    summary = {}
    for contender, values in times.items():
        ratios = [value / base for value, base in zip(values, times[base], strict=True)]
        ratio = statistics.median(ratios)
        noise = statistics.median(abs(value - ratio) for value in ratios)
        summary[contender] = {"ns": statistics.median(values), "ratio": ratio, "noise": noise}
    return summary


def geometric_mean(values: list[float]) -> float:
    return math.exp(statistics.fmean(math.log(value) for value in values))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--rounds", type=int, default=31, help="rounds for each signature")
    parser.add_argument("--loops", type=int, default=20_000, help="calls for each figure")
    parser.add_argument("--only", help="signatures whose label holds this text")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        contenders = build(Path(folder))
        names = list(contenders)
        if not options.json:
            print("ratio to the hand-written extension (its ns in brackets); +- is the median absolute deviation")
            print(f"{'signature':20}" + "".join(f"{name:>19}" for name in names))
        results = {}
        gc.disable()
        for case in CASES:
            if options.only and options.only not in case.label:
                continue
            summary = summarise(time_case(case, contenders, options.rounds, options.loops))
            results[case.label] = summary
            if not options.json:
                cells = [f"{value['ratio']:.2f} +-{value['noise']:.2f}" for value in summary.values()]
                cells[names.index(BASE)] = f"[{summary[BASE]['ns']:.0f} ns]"
                print(f"{case.label:20}" + "".join(f"{cell:>19}" for cell in cells), flush=True)
    integers = [results[case.label] for case in CASES if case.integers and case.label in results]
    totals = {
        "ffi_core / hand-written, worst": max(result["ffi_core"]["ratio"] for result in results.values()),
        "ffi_core / hand-written, mean": geometric_mean([result["ffi_core"]["ratio"] for result in results.values()]),
    }
    for peer in ("cffi API", "cffi ABI", "ctypes"):
        speedups = [result[peer]["ns"] / result["ffi_core"]["ns"] for result in integers]
        if speedups:
            totals[f"{peer} / ffi_core on integers, least"] = min(speedups)
    if options.json:
        json.dump({"python": sys.version.split()[0], "signatures": results, "totals": totals}, sys.stdout, indent=1)
        print()
    else:
        for label, value in totals.items():
            print(f"{label}: {value:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
