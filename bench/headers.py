"""Reading C headers: libclang beside pycparser, and what is found again from the cache on disk.

    python bench/headers.py [--json] [--rounds N] [HEADER ...]

Everything is measured as a caller meets it: "parse" starts a worker and reads the headers anew, "cached" opens the
entry on disk, checks every file that was read, and takes one prototype. Figures are medians over the rounds, in which
the contenders take turns; ratios are to libclang. The process of a worker alone is measured beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ffi_core.headers import (
    HeaderError,
    HeaderFailure,
    HeaderRequest,
    Parser,
    available_parsers,
    find_prototypes,
    read_headers,
)
from ffi_core.headers.index import index_of
from ffi_core.library import locate, open_library
from ffi_core.model import PrototypeKind

HEADERS = ("string.h", "zlib.h", "sqlite3.h", "curl/curl.h", "openssl/ssl.h")
FUNCTIONS = {"libsqlite3.so.0": "sqlite3_open_v2", "libc.so.6": "strlen"}
PARSERS = (Parser.LIBCLANG, Parser.PYCPARSER)
SYSTEM = "/usr/include"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the tables")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender does each task")
    parser.add_argument("headers", nargs="*", default=HEADERS, help="headers, as in #include")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        os.environ["XDG_CACHE_HOME"] = cache
        results: dict[str, object] = {"python": sys.version.split()[0], "worker_milliseconds": worker(options.rounds)}
        results["headers"] = {name: facts for name in options.headers if (facts := measure(name, options.rounds))}
        results["find"] = {library: find(library, name, options.rounds) for library, name in FUNCTIONS.items()}
        results["index"] = measure_index(options.rounds)
    if options.json:
        json.dump(results, sys.stdout, indent=1)
        print()
    else:
        show(results)
    return 0


def median(task: Callable[[], object], rounds: int, before: Callable[[], object] = lambda: None) -> float:
    """Median milliseconds of a task; what is done before it each time is not counted."""
    times = []
    for _ in range(rounds):
        before()
        start = time.perf_counter()
        task()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def worker(rounds: int) -> float:
    """Starting a worker that has nothing to do."""
    code = "import ffi_core.headers.worker"
    return median(lambda: subprocess.run([sys.executable, "-P", "-c", code], check=True), rounds)


def measure(header: str, rounds: int) -> dict[str, object] | None:
    request = HeaderRequest((header,))
    facts: dict[str, object] = {}
    parse, cached = {}, {}
    for name in (name for name in PARSERS if name in available_parsers()):
        try:
            table = read_headers(request, parser=name)
        except HeaderError as error:
            if error.reason is HeaderFailure.NOT_FOUND:
                return None
            raise
        functions = [entry for entry in table if table[entry].kind is PrototypeKind.FUNCTION]
        facts[f"functions_{name}"] = len(functions)
        middle = functions[len(functions) // 2]
        parse[name] = median(lambda name=name: read_headers(request, parser=name), rounds, empty_cache)
        cached[name] = median(lambda name=name, middle=middle: read_headers(request, parser=name)[middle], rounds * 4)
    return {**facts, "parse_milliseconds": parse, "cached_milliseconds": cached}


def find(library: str, name: str, rounds: int) -> dict[str, float] | None:
    """From a library and a symbol to the prototype: the first time of all, and again."""
    path = locate(library).path
    if path is None:
        return None
    opened = open_library(path)

    def task() -> object:
        return find_prototypes(opened, [name]).prototypes

    return {"first_milliseconds": median(task, 1, empty_cache), "again_milliseconds": median(task, rounds * 4)}


def measure_index(rounds: int) -> dict[str, float]:
    """The index over all of the system's headers: built once, then opened and asked."""
    empty_cache()
    start = time.perf_counter()
    index = index_of([SYSTEM])
    built = (time.perf_counter() - start) * 1e3
    opened = median(lambda: index_of([SYSTEM]), rounds)
    asked = median(lambda: index.mentioning("strlen"), rounds * 4)
    return {
        "headers": len(index.headers),
        "build_milliseconds": built,
        "open_milliseconds": opened,
        "ask_milliseconds": asked,
    }


def empty_cache() -> None:
    for path in (Path(os.environ["XDG_CACHE_HOME"]) / "ffi-lsp" / "headers").glob("*"):
        path.unlink()


def show(results: dict) -> None:
    print(f"a worker that has nothing to do: {results['worker_milliseconds']:.0f} ms")
    for header, facts in results["headers"].items():
        counts = (f"{facts['functions_' + name]} by {name}" for name in facts["parse_milliseconds"])
        print(f"{header}: {', '.join(counts)}")
        for task in ("parse", "cached"):
            figures = facts[f"{task}_milliseconds"]
            first = next(iter(figures.values()))
            cells = [f"{name} {value:.1f} ms ({value / first:.2f} x)" for name, value in figures.items()]
            print(f"  {task:7} {'; '.join(cells)}")
        parse, cached = facts["parse_milliseconds"], facts["cached_milliseconds"]
        print(f"  the cache is {', '.join(f'{parse[n] / cached[n]:.0f} x as fast as {n}' for n in parse)}")
    for library, figures in results["find"].items():
        if figures is not None:
            first, again = figures["first_milliseconds"], figures["again_milliseconds"]
            print(f"{library}, {FUNCTIONS[library]}: found in {first:.0f} ms, then in {again:.1f} ms")
    index = results["index"]
    print(f"index of {index['headers']} headers: built in {index['build_milliseconds'] / 1e3:.1f} s", end=", ")
    print(f"opened in {index['open_milliseconds']:.1f} ms, asked in {index['ask_milliseconds']:.3f} ms")


if __name__ == "__main__":
    sys.exit(main())
