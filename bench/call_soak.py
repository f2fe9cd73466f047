"""Millions of calls of every kind in one process: its memory must not grow.

python bench/call_soak.py [--json] [--calls N] [--only TEXT]
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import ffi_core
from ffi_core import Callback

SOURCE = """
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
typedef struct { uint8_t a; double b; } Pair;
int32_t add(int32_t a, int32_t b) { return a + b; }
uint64_t large(uint64_t a) { return a + 1; }
double real(double a, float b) { return a + b; }
void *same(void *a) { return a; }
int32_t first(const char *text) { return text ? text[0] : -1; }
int32_t many(int32_t a, const char *b, const char *c, const char *d, const char *e, const char *f, const char *g,
             const char *h, const char *i, const char *j, const char *k) { return a + b[0] + k[0]; }
Pair pair(Pair value) { value.a++; return value; }
int32_t sum(int32_t count, ...) { va_list l; va_start(l, count); int32_t s = 0; while (count--) s += va_arg(l, int);
                                  va_end(l); return s; }
int32_t call(int32_t (*f)(int32_t), int32_t value) { return f(value); }
Pair through(Pair (*f)(Pair), Pair value) { return f(value); }
int32_t fail(int32_t error) { errno = error; return -1; }
"""

_PAIR = {"struct": ["u8", "f64"]}
_INT_TO_INT = {"parameters": ["i32"], "result": "i32"}

SCHEMA: dict[str, Any] = {
    "add": {"parameters": ["i32", "i32"], "result": "i32"},
    "large": {"parameters": ["u64"], "result": "u64"},
    "real": {"parameters": ["f64", "f32"], "result": "f64"},
    "same": {"parameters": ["pointer"], "result": "pointer"},
    "first": {"parameters": ["buffer"], "result": "i32"},
    "many": {"parameters": ["i32", *["buffer"] * 10], "result": "i32"},
    "pair": {"parameters": [_PAIR], "result": _PAIR},
    "sum": {"parameters": ["i32", "...", "i32", "i32"], "result": "i32"},
    "call": {"parameters": ["function", "i32"], "result": "i32"},
    "through": {"parameters": ["function", _PAIR], "result": _PAIR},
    "fail": {"parameters": ["i32"], "result": "i32"},
    "later": {"parameters": ["i32", "i32"], "result": "i32", "name": "add", "nonblocking": True},
}


def build(folder: Path) -> Path:
    """Compile the library."""
    source, library = folder / "soak.c", folder / "libsoak.so"
    source.write_text(SOURCE)
    subprocess.run(["cc", "-std=c11", "-O1", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
    return library


def kinds(library: Path) -> Iterator[tuple[str, int, Callable[[], object]]]:
    """Each kind of call: its name, how many times dearer it is than a plain one, and the call."""
    lib = ffi_core.dlopen(library, SCHEMA)
    number, block, value = 2**63 + 12345, bytearray(b"text\0"), struct.pack("=B7xd", 1, 2.5)
    view = memoryview(block)
    buffers = [bytearray(b"x") if turn % 2 else memoryview(b"x") for turn in range(10)]
    echo = Callback(_INT_TO_INT, lambda given: given + 1000)
    pair_echo = Callback({"parameters": [_PAIR], "result": _PAIR}, lambda given: given)

    def raise_error(_: int) -> int:
        raise ValueError("from the callback")

    raising = Callback(_INT_TO_INT, raise_error)

    def refused(function: Callable[..., object], *arguments: object) -> Callable[[], object]:
        def call() -> None:
            try:
                function(*arguments)
            except (TypeError, OverflowError, ValueError):
                return
            raise AssertionError("nothing was raised")

        return call

    def open_and_close() -> None:
        ffi_core.close(ffi_core.dlopen(library, SCHEMA))

    def open_callback() -> None:
        Callback(_INT_TO_INT, abs).close()

    yield "plain", 1, lambda: lib.add(100_000, 200_000)
    yield "large int", 1, lambda: lib.large(number)
    yield "floats", 1, lambda: lib.real(0.5, 1.5)
    yield "pointer", 1, lambda: lib.same(number)
    yield "bytes", 1, lambda: lib.first(b"text")
    yield "bytearray", 1, lambda: lib.first(block)
    yield "memoryview", 1, lambda: lib.first(view)
    yield "text", 1, lambda: lib.first("text")
    yield "fresh text", 2, lambda: lib.first("grüß" + str(len(block)))
    yield "many buffers", 4, lambda: lib.many(1, *buffers)
    yield "errno", 1, lambda: (lib.fail(7), ffi_core.get_errno())
    yield "wrong type", 20, refused(lib.add, 1, "x")
    yield "out of range", 20, refused(lib.add, 1, 2**40)
    yield "wrong count", 20, refused(lib.add, 1)
    yield "second buffer wrong", 20, refused(lib.many, 1, bytearray(1), *[5] * 9)
    yield "struct", 20, lambda: lib.pair(value)
    yield "wrong struct", 40, refused(lib.pair, b"short")
    yield "variadic", 20, lambda: lib.sum(2, 1000, 2000)
    yield "callback", 4, lambda: lib.call(echo, 5)
    yield "callback that raises", 20, refused(lib.call, raising, 5)
    yield "callback with structs", 40, lambda: lib.through(pair_echo, value)
    yield "nonblocking", 100, lambda: lib.later(100_000, 200_000).result()
    yield "new callback", 100, open_callback
    yield "open and close", 1000, open_and_close


def resident_kib() -> int:
    """Resident memory of this process in KiB (proc(5): the second field of statm, in pages)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def run(call: Callable[[], object], calls: int) -> None:
    for _ in range(calls):
        call()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--calls", type=int, default=10_000_000, help="plain calls; dearer kinds make fewer")
    parser.add_argument("--full", action="store_true", help="as many calls of the dearer kinds, too; hours")
    parser.add_argument("--only", default="", help="kinds whose name holds this text")
    options = parser.parse_args()
    grown = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, cost, call in kinds(build(Path(folder))):
            if options.only not in name:
                continue
            calls = options.calls if options.full else max(options.calls // cost, 1000)
            run(call, calls // 10)
            gc.collect()
            before = resident_kib()
            run(call, calls)
            gc.collect()
            grown[name] = {"calls": calls, "grown_kib": resident_kib() - before}
            if not options.json:
                print(f"{name:24}{calls:>12} calls{grown[name]['grown_kib']:>8} KiB", flush=True)
    worst = max(entry["grown_kib"] for entry in grown.values())
    if options.json:
        json.dump({"backend": ffi_core.BACKEND, "kinds": grown, "worst_kib": worst}, sys.stdout, indent=1)
        print()
    # A leak of a single byte in a hundred calls would show; the allocator's own habits stay below this.
    return 1 if worst > 1024 else 0


if __name__ == "__main__":
    sys.exit(main())
