"""One call from C into Python: ours beside cffi's `extern "Python"` (API mode), cffi's closures and ctypes.

C calls the function in a loop of its own; the contenders take turns in one process, and every figure is the ratio to
`extern "Python"` of the same round, as the median with its median absolute deviation. The Python function is the same.

    python bench/callback.py [--json] [--rounds N] [--loops N]
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from call import summarise
from call_contenders import load
from cffi import FFI

import ffi_core

BASE = 'extern "Python"'

_C_TYPES = {"i32": "int32_t", "f64": "double", "pointer": "void *", "void": "void"}
_CTYPES = {"i32": ctypes.c_int32, "f64": ctypes.c_double, "pointer": ctypes.c_void_p, "void": None}


@dataclass(frozen=True, slots=True)
class Case:
    """A callback's signature, what C passes, and the Python function."""

    label: str
    parameters: tuple[str, ...]
    result: str
    values: str
    function: Callable[..., Any]

    @property
    def name(self) -> str:
        return "_".join((*self.parameters, "to", self.result))

    def pointer(self, name: str) -> str:
        words = ", ".join(_C_TYPES[type_] for type_ in self.parameters) or "void"
        return f"{_C_TYPES[self.result]} (*{name})({words})"


CASES = (
    Case("() -> void", (), "void", "", lambda: None),
    Case("(i32) -> i32", ("i32",), "i32", "(int32_t)turn", lambda a: a),
    Case("(f64, f64) -> f64", ("f64", "f64"), "f64", "turn, 0.5", lambda a, _b: a),
    Case("(pointer, pointer) -> i32", ("pointer", "pointer"), "i32", "(void *)turn, (void *)16", lambda _a, _b: 1),
    Case("(i32 x 8) -> i32", ("i32",) * 8, "i32", "1, 2, 3, 4, 5, 6, 7, (int32_t)turn", lambda *_: 1),
)


def library_source() -> str:
    lines = ["#include <stdint.h>"]
    for case in CASES:
        call = f"f({case.values})"
        lines.append(f"void loop_{case.name}(int64_t turns, {case.pointer('f')}) {{")
        lines.append(f"    for (int64_t turn = 0; turn < turns; turn++) {call};\n}}")
    return "\n".join([*lines, ""])


def build(folder: Path) -> dict[str, Callable[[Case], Callable[[int], None]]]:
    """For each contender, a function from a case to one that lets C call back so many times."""
    prototypes = "".join(f"void loop_{case.name}(int64_t turns, {case.pointer('f')});\n" for case in CASES)
    externs = []
    for case in CASES:
        words = ", ".join(_C_TYPES[type_] for type_ in case.parameters) or "void"
        externs.append(f'extern "Python" {_C_TYPES[case.result]} py_{case.name}({words});\n')
    builder = FFI()
    builder.cdef(prototypes + "".join(externs))
    builder.set_source("contest_callback", library_source(), extra_compile_args=["-O2"])
    api = load("contest_callback", Path(builder.compile(tmpdir=str(folder))))
    for case in CASES:
        api.ffi.def_extern(name=f"py_{case.name}")(case.function)
    source = folder / "loops.c"
    source.write_text(library_source())
    loops = folder / "libloops.so"
    subprocess.run(["cc", "-std=c11", "-O2", "-shared", "-fPIC", str(source), "-o", str(loops)], check=True)
    schema = {f"loop_{case.name}": {"parameters": ["i64", "function"], "result": "void"} for case in CASES}
    ours = ffi_core.dlopen(loops, schema)
    abi = FFI()
    abi.cdef(prototypes)
    closures = abi.dlopen(str(loops))
    foreign = ctypes.CDLL(str(loops))

    def with_extern(case: Case) -> Callable[[int], None]:
        loop, function = getattr(api.lib, f"loop_{case.name}"), getattr(api.lib, f"py_{case.name}")
        return lambda turns: loop(turns, function)

    def with_ours(case: Case) -> Callable[[int], None]:
        callback = ffi_core.Callback({"parameters": list(case.parameters), "result": case.result}, case.function)
        loop = ours[f"loop_{case.name}"]
        return lambda turns: loop(turns, callback)

    def with_closure(case: Case) -> Callable[[int], None]:
        callback = abi.callback(case.pointer(""), case.function)
        loop = getattr(closures, f"loop_{case.name}")
        return lambda turns: loop(turns, callback)

    def with_ctypes(case: Case) -> Callable[[int], None]:
        kind = ctypes.CFUNCTYPE(_CTYPES[case.result], *[_CTYPES[type_] for type_ in case.parameters])
        callback = kind(case.function)
        loop = foreign[f"loop_{case.name}"]
        loop.argtypes, loop.restype = [ctypes.c_int64, kind], None
        return lambda turns: loop(turns, callback)

    return {BASE: with_extern, "ffi_core": with_ours, "cffi closure": with_closure, "ctypes": with_ctypes}


def time_case(contenders: dict[str, Callable[[int], None]], rounds: int, loops: int) -> dict[str, list[float]]:
    """Nanoseconds per callback of each contender, one figure a round; the contenders take turns within each round."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    ready = list(contenders.items())
    for turn in range(rounds + 2):
        shift = turn % len(ready)
        for name, run in ready[shift:] + ready[:shift]:
            start = time.perf_counter_ns()
            run(loops)
            if turn >= 2:
                times[name].append((time.perf_counter_ns() - start) / loops)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the table")
    parser.add_argument("--rounds", type=int, default=31, help="rounds for each signature")
    parser.add_argument("--loops", type=int, default=20_000, help="callbacks for each figure")
    options = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        contenders = build(Path(folder))
        gc.disable()
        if not options.json:
            print(f"ratio to cffi's {BASE} (its ns in brackets); +- is the median absolute deviation")
            print(f"{'callback':28}" + "".join(f"{name:>18}" for name in contenders))
        for case in CASES:
            ready = {name: give(case) for name, give in contenders.items()}
            results[case.label] = summary = summarise(time_case(ready, options.rounds, options.loops), BASE)
            if not options.json:
                cells = [f"{value['ratio']:.2f} +-{value['noise']:.2f}" for value in summary.values()]
                cells[0] = f"[{summary[BASE]['ns']:.0f} ns]"
                print(f"{case.label:28}" + "".join(f"{cell:>18}" for cell in cells), flush=True)
    worst = max(result["ffi_core"]["ratio"] for result in results.values())
    if options.json:
        json.dump({"python": sys.version.split()[0], "callbacks": results, "worst": worst}, sys.stdout, indent=1)
        print()
    else:
        print(f"ffi_core / {BASE}, worst: {worst:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
