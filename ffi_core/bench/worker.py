"""The child of a quick run: `python -m ffi_core.bench.worker ANSWER_FD` loads the library, calls, times and answers.

It reads one request as JSON from standard input and writes JSON lines to the answer's descriptor: ``{"stage": ...}``
before each thing that may be its end, and the answer last. Nobody imports this module.
"""

from __future__ import annotations

import collections
import functools
import itertools
import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from ffi_core.bench.arguments import show_result, spell_result, to_native
from ffi_core.bench.distribution import steady_start, summarise
from ffi_core.bench.loop import Plan, Series, take_series
from ffi_core.bench.noise import Watch
from ffi_core.bench.report import Step
from ffi_core.bench.sandbox import Confinement, confine
from ffi_core.bench.steps import signature_of, spell_step, take_steps
from ffi_core.errors import FFIError
from ffi_core.model import Declaration, Signature
from ffi_core.schema import check, to_schema
from ffi_core.types import NATIVE_TYPES, Kind


def main() -> None:
    """Serve the one request and end, without running what libraries registered for exit."""
    answer_fd = int(sys.argv[1])
    os.set_inheritable(answer_fd, False)
    request = json.load(sys.stdin)
    _take_input_away()
    tell = functools.partial(_tell, answer_fd)
    limits = _limit_myself(request["timeout"], request["memory"], request["file_size"])
    confinement = Confinement((), ("no sandbox: it was turned off",))
    if request["scratch"] is not None:
        confinement = confine(request["scratch"])
    held = (*limits, *confinement.held)
    tell({"stage": "starting", "protections": {"held": held, "missing": confinement.missing}})
    try:
        tell(_serve(request, tell))
    except (FFIError, TypeError, ValueError, OverflowError, MemoryError, NotImplementedError) as error:
        tell({"error": str(error) or type(error).__name__})
    except Exception as error:  # noqa: BLE001 - a fault of ours must not look like an exit of the library's
        traceback.print_exc()
        tell({"error": f"the child process failed: {type(error).__name__}: {error}"})
    _flush_c_output()
    os._exit(0)


def _serve(request: dict[str, Any], tell: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    from ffi_core.runtime import BACKEND, dlopen

    declaration, steps = _read_declaration(request["schema"]), [_read_step(step) for step in request["setup"]]
    signature = signature_of(declaration)
    tell({"stage": "loading"})
    opened = [dlopen(request["library"], {})]

    def bind(called: Declaration, arguments: tuple[object, ...]) -> Callable[..., object]:
        signature = _with_buffers(signature_of(called), arguments)
        opened.append(dlopen(request["library"], {called.name: to_schema(replace(called, signature=signature))}))
        function: Callable[..., object] = opened[-1][called.name]
        return function

    done: list[str] = []

    def call(called: Declaration, arguments: tuple[object, ...]) -> object:
        place = len(done)
        tell({"stage": "set-up", "step": place})
        result = bind(called, arguments)(*arguments)
        shown = spell_result(called, show_result(signature_of(called).result, result))
        done.append(f"{spell_step(native_steps[place])} -> {shown}")
        return result

    native_steps = [step for step in steps if step.declaration is not None]
    arguments = to_native(signature, request["arguments"], take_steps(steps, call))
    function = bind(declaration, arguments)
    tell({"stage": "calling"})
    result = show_result(signature.result, function(*arguments))
    answer: dict[str, Any] = {"result": result, "calls": 1, "backend": BACKEND, "setup": done}
    if request["timed"]:
        tell({"stage": "timing"})
        empty_function = _bind_next_to_nothing(_with_buffers(signature, arguments))
        answer |= _time(function, empty_function, arguments, Plan.within(request["timeout"]))
    return answer


def _time(
    function: Callable[..., object], empty_function: Callable[..., object], arguments: tuple[object, ...], plan: Plan
) -> dict[str, Any]:
    """Time the call; before and behind it one that costs next to nothing, which shows what the machine did."""
    from ffi_core.runtime import measure

    def time_nothing() -> tuple[float, ...]:
        short = plan.shortened(16)
        return take_series(lambda count: measure(empty_function, arguments, count), short).samples_ns

    watch = Watch()
    before = time_nothing()
    series = take_series(lambda count: measure(function, arguments, count), plan)
    after = time_nothing()
    figures = _figures(series) | {"noise": asdict(watch.stop(before, after))}
    if series.samples_ns[0] < plan.warm_up_ns:
        figures["empty_ns"] = summarise((*before, *after)).median
        python = take_series(lambda count: _measure_from_python(function, arguments, count), plan.shortened(4))
        figures["python_ns"] = summarise(python.samples_ns).median
        figures["calls"] += python.calls
    return figures


def _bind_next_to_nothing(signature: Signature) -> Callable[..., object]:
    """libc's abs under another function's signature: what calling with these arguments costs when nothing is done.

    The calling conventions of C let a function ignore arguments, wherever they travel, and a result register that it
    never wrote holds something; so abs, three instructions long, can stand for any function whose result nobody reads.
    """
    from ffi_core.runtime import dlopen

    # Something is no bool: cffi, where it makes the call, would refuse it.
    result = NATIVE_TYPES["u8"] if signature.result.kind is Kind.BOOL else signature.result
    declaration = Declaration("abs", "abs", replace(signature, result=result))
    function: Callable[..., object] = dlopen(None, {"abs": to_schema(declaration)}).abs
    return function


def _measure_from_python(function: Callable[..., object], arguments: tuple[object, ...], count: int) -> int:
    calls = itertools.starmap(function, itertools.repeat(arguments, count))
    start = time.perf_counter_ns()
    collections.deque(calls, maxlen=0)
    return time.perf_counter_ns() - start


def _figures(series: Series) -> dict[str, Any]:
    warm_up = steady_start(series.samples_ns) or 0
    samples = series.samples_ns[warm_up:]
    found = summarise(samples)
    return {
        "calls": 1 + series.calls,
        "median_ns": found.median,
        "mad_ns": found.mad,
        "minimum_ns": found.minimum,
        "p99_ns": found.p99,
        "calls_per_second": 1e9 / found.median if found.median else None,
        "outliers": found.outliers,
        "steady": found.steady,
        "batch_size": series.batch_size,
        "samples_ns": samples,
        "warm_up_batches": warm_up,
    }


def _read_declaration(schema: dict[str, Any]) -> Declaration:
    (declaration,) = check(schema)
    return declaration


def _read_step(step: dict[str, Any]) -> Step:
    declaration = None if step["schema"] is None else _read_declaration(step["schema"])
    return Step(step["name"], declaration, tuple(step["arguments"]))


def _with_buffers(signature: Signature, arguments: tuple[object, ...]) -> Signature:
    """The same signature, with ``buffer`` where a block of bytes goes to a pointer: the call itself is the same."""
    parameters = tuple(
        NATIVE_TYPES["buffer"] if isinstance(value, bytearray) and type_.kind is not Kind.STRUCT else type_
        for type_, value in zip(signature.parameters, arguments, strict=True)
    )
    return replace(signature, parameters=parameters)


def _tell(answer_fd: int, message: dict[str, Any]) -> None:
    line = json.dumps(message).encode() + b"\n"
    while line:
        line = line[os.write(answer_fd, line) :]


def _take_input_away() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _limit_myself(timeout: float, memory: int, file_size: int) -> tuple[str, ...]:
    """Set what the parent cannot set without running Python between fork and exec; the limits in words."""
    # Python ignores these; foreign code expects what C programs start with.
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    # A core limit of one byte, not of none: the kernel ignores 0 where cores are piped to a program (fs/coredump.c).
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    # Should the parent be gone when the time is up, the alarm still is there.
    signal.setitimer(signal.ITIMER_REAL, timeout + 2)
    seconds = int(timeout) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    return (
        f"time {timeout:g} s",
        f"memory {memory >> 20} MiB",
        f"files of {file_size >> 20} MiB",
        "own session",
        "no core files",
    )


def _flush_c_output() -> None:
    """Write out what the library printed: C buffers it when standard output is a pipe, and `os._exit` would drop it."""
    from ffi_core.runtime import dlopen

    try:
        libc = dlopen("libc.so.6", {"fflush": {"parameters": ["pointer"], "result": "i32"}})
    except FFIError:
        return
    libc.fflush(None)


if __name__ == "__main__":
    main()
