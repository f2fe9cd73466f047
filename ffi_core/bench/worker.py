"""The child of a quick run: `python -m ffi_core.bench.worker ANSWER_FD` loads the library, calls, times and answers.

It reads one request as JSON from standard input and writes JSON lines to the answer's descriptor: ``{"stage": ...}``
before each thing that may be its end, and the answer last. Nobody imports this module.
"""

from __future__ import annotations

import functools
import json
import os
import resource
import signal
import sys
import traceback
from dataclasses import replace
from typing import Any

from ffi_core.bench.arguments import show_result, to_native
from ffi_core.bench.distribution import summarise
from ffi_core.bench.loop import Plan, take_series
from ffi_core.errors import FFIError
from ffi_core.model import Signature
from ffi_core.schema import check, to_schema
from ffi_core.types import NATIVE_TYPES, Kind


def main() -> None:
    """Serve the one request and end, without running what libraries registered for exit."""
    answer_fd = int(sys.argv[1])
    os.set_inheritable(answer_fd, False)
    request = json.load(sys.stdin)
    _take_input_away()
    _limit_myself(request["timeout"], request["memory"])
    tell = functools.partial(_tell, answer_fd)
    tell({"stage": "starting"})
    try:
        tell(_serve(request, tell))
    except (FFIError, TypeError, ValueError, OverflowError, MemoryError, NotImplementedError) as error:
        tell({"error": str(error) or type(error).__name__})
    except Exception as error:  # noqa: BLE001 - a fault of ours must not look like an exit of the library's
        traceback.print_exc()
        tell({"error": f"the child process failed: {type(error).__name__}: {error}"})
    _flush_c_output()
    os._exit(0)


def _serve(request: dict[str, Any], tell: Any) -> dict[str, Any]:
    from ffi_core.runtime import BACKEND, dlopen, measure

    (declaration,) = check(request["schema"])
    signature = declaration.signature
    assert signature is not None
    arguments = to_native(signature, request["arguments"])
    declaration = replace(declaration, signature=_with_buffers(signature, arguments))
    tell({"stage": "loading"})
    library = dlopen(request["library"], {declaration.name: to_schema(declaration)})
    function = library[declaration.name]
    tell({"stage": "calling"})
    result = show_result(signature.result, function(*arguments))
    answer: dict[str, Any] = {"result": result, "calls": 1, "backend": BACKEND}
    if not request["timed"]:
        return answer
    tell({"stage": "timing"})
    series = take_series(lambda count: measure(function, arguments, count), Plan.within(request["timeout"]))
    found = summarise(series.samples_ns)
    return answer | {
        "calls": 1 + series.calls,
        "median_ns": found.median,
        "mad_ns": found.mad,
        "minimum_ns": found.minimum,
        "p99_ns": found.p99,
        "calls_per_second": 1e9 / found.median if found.median else None,
        "outliers": found.outliers,
        "steady": found.steady,
        "batch_size": series.batch_size,
        "samples_ns": series.samples_ns,
    }


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


def _limit_myself(timeout: float, memory: int) -> None:
    """Set what the parent cannot set without running Python between fork and exec."""
    # A core limit of one byte, not of none: the kernel ignores 0 where cores are piped to a program (fs/coredump.c).
    resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # Should the parent be gone when the time is up, the alarm still is there.
    signal.setitimer(signal.ITIMER_REAL, timeout + 2)
    seconds = int(timeout) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


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
