"""What opening a library costs: time to check and bind its symbols, and memory for each bound function.

python bench/bind.py [--json] [--symbols N] [--rounds N]
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import Any

import ffi_core

SIGNATURES = (
    ([], "void"),
    (["i32"], "i32"),
    (["pointer", "i32"], "pointer"),
    (["buffer", "usize", "i32"], "i32"),
    (["f64", "f64"], "f64"),
    (["pointer", "buffer", "i32", "pointer", "buffer"], "i32"),
    (["u32", "u64", "f32", "bool"], "u64"),
)
"""What libraries declare, in turn: thousands of symbols, tens of signatures."""


def make_library(folder: Path, count: int) -> tuple[Path, dict[str, Any]]:
    """A library of `count` functions, and its schema."""
    source, library = folder / "many.c", folder / "libmany.so"
    source.write_text("\n".join(f"int function_{number}(void) {{ return {number}; }}" for number in range(count)))
    subprocess.run(["cc", "-shared", "-fPIC", "-O0", str(source), "-o", str(library)], check=True)
    schema = {}
    for number in range(count):
        parameters, result = SIGNATURES[number % len(SIGNATURES)]
        # Lists of their own, as a file that was read gives them.
        schema[f"function_{number}"] = {"parameters": list(parameters), "result": result}
    return library, schema


def time_opening(library: Path, schema: dict[str, Any], rounds: int) -> tuple[float, float]:
    """Milliseconds to open the library with that schema: the first time in this process, and the median of the rest."""
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter_ns()
        opened = ffi_core.dlopen(library, schema)
        times.append((time.perf_counter_ns() - start) / 1e6)
        ffi_core.close(opened)
    return times[0], statistics.median(times[1:])


def bytes_per_function(library: Path, schema: dict[str, Any]) -> float:
    """What Python allocates for each bound function, everything that the namespace holds included."""
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    opened = ffi_core.dlopen(library, schema)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    ffi_core.close(opened)
    return (after - before) / len(schema)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--symbols", type=int, default=1000, help="functions in the library")
    parser.add_argument("--rounds", type=int, default=21, help="openings that are timed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        library, schema = make_library(Path(folder), options.symbols)
        first, median = time_opening(library, schema, options.rounds)
        memory = bytes_per_function(library, schema)
    figures = {"backend": ffi_core.BACKEND, "symbols": options.symbols, "first_ms": first, "median_ms": median}
    figures["bytes_per_function"] = memory
    if options.json:
        json.dump(figures, sys.stdout, indent=1)
        print()
    else:
        print(f"{options.symbols} symbols bound in {median:.1f} ms ({first:.1f} ms the first time), {ffi_core.BACKEND}")
        print(f"{memory:.0f} bytes for each bound function")
    return 0


if __name__ == "__main__":
    sys.exit(main())
