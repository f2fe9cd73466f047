"""`quick_run`: a request goes to a worker in a child process, and whatever happens there comes back as a report."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ffi_core
from ffi_core.bench.arguments import ArgumentsError, check_arguments
from ffi_core.bench.isolation import Outcome, run_isolated
from ffi_core.bench.report import FIGURES, RunReport, RunRequest, Status
from ffi_core.schema import to_schema

MEMORY_LIMIT = 1 << 30
"""Bytes of address space that the child may have."""

_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ")
_DOING = {
    "loading": "while {library} was being loaded, in a constructor perhaps",
    "calling": "in the first call of {symbol}",
    "timing": "while calls of {symbol} were timed",
}


def quick_run(request: RunRequest, cancel: threading.Event | None = None) -> RunReport:
    """Call a native function in a child process, once or often enough to time it, and say what happened.

    Blocks for at most the request's timeout and a moment. The library is loaded by the child alone; a crash, an exit or
    an endless loop, in the function or in the library's constructor, ends the child alone. Never raises for what the
    library or the request does: a request that cannot be served gives a report with status ``failed``.

    Parameters
    ----------
    request: what to call.
    cancel: set by another thread to end the run; the report then says ``cancelled``.
    """
    declaration = request.declaration
    if declaration.signature is None:
        return _failure(request, f"{declaration.name} is data, which cannot be called")
    if not request.timeout > 0:
        return _failure(request, f"the timeout is {request.timeout:g} s; it must be more than nothing")
    try:
        check_arguments(declaration.signature, request.arguments)
        letter = json.dumps(_letter(request)).encode()
    except ArgumentsError as error:
        return _failure(request, f"{declaration.name}: {error}")
    except (TypeError, ValueError) as error:
        return _failure(request, f"the request is no JSON: {error}")
    command = (sys.executable, "-P", "-m", "ffi_core.bench.worker")
    try:
        outcome = run_isolated(command, letter, request.timeout, _environment(), cancel)
    except OSError as error:
        return _failure(request, f"no child process could be started: {error}")
    return _read(request, outcome)


def _letter(request: RunRequest) -> dict[str, Any]:
    # A future or a missing symbol's None could not be timed; that the call may block is what the time limit is for.
    declaration = replace(request.declaration, nonblocking=False, optional=False)
    return {
        "library": request.library,
        "schema": {declaration.name: to_schema(declaration)},
        "arguments": list(request.arguments),
        "timeout": request.timeout,
        "timed": request.timed,
        "memory": MEMORY_LIMIT,
    }


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return kept | {"PYTHONPATH": str(Path(ffi_core.__file__).parent.parent), "PYTHONDONTWRITEBYTECODE": "1"}


def _read(request: RunRequest, outcome: Outcome) -> RunReport:
    stage, answer, error = None, None, None
    for message in _messages(outcome.answer):
        stage = message.get("stage", stage)
        error = message.get("error", error)
        answer = message if "calls" in message else answer
    symbol, library = request.declaration.symbol, request.library
    base = RunReport(
        Status.DONE,
        None,
        f"{symbol} was called",
        symbol,
        library,
        stdout=outcome.stdout.decode(errors="replace"),
        stderr=outcome.stderr.decode(errors="replace"),
    )
    if answer is not None:
        figures = {name: value for name, value in answer.items() if name in FIGURES}
        return replace(base, **figures | {"samples_ns": tuple(answer.get("samples_ns", ()))})
    if error is not None:
        return replace(base, status=Status.FAILED, cause=error, message=error)
    calls = 1 if stage == "timing" else 0
    where = _DOING.get(stage or "", "before the library was loaded").format(symbol=symbol, library=library)
    status, cause, what = _verdict(request, outcome)
    if status is Status.EXITED and stage not in _DOING:
        last = base.stderr.strip().rpartition("\n")[2]
        return replace(
            base, status=Status.FAILED, cause=last or cause, message=f"the child process did not start: {last}"
        )
    return replace(base, status=status, cause=cause, message=f"{what} {where}", calls=calls)


def _verdict(request: RunRequest, outcome: Outcome) -> tuple[Status, str, str]:
    if outcome.timed_out:
        limit = f"{request.timeout:g} s"
        what = f"stopped itself with {outcome.stopped_by.name}" if outcome.stopped_by else "did not end"
        return Status.TIMED_OUT, "timed out", f"the child process {what} within {limit}"
    if outcome.cancelled:
        return Status.CANCELLED, "cancelled", "the run was cancelled"
    if outcome.exit_code >= 0:
        cause = f"exit {outcome.exit_code}"
        return Status.EXITED, cause, f"the child process ended itself ({cause})"
    cause = _signal_name(-outcome.exit_code)
    if cause in ("SIGALRM", "SIGXCPU"):
        return Status.TIMED_OUT, "timed out", f"the child process used up its {request.timeout:g} s"
    return Status.CRASHED, cause, f"{cause}: the child process died"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _messages(answer: bytes) -> Iterable[dict[str, Any]]:
    """Whole lines of JSON objects; whatever else a library wrote to our descriptor is left out."""
    for line in answer.split(b"\n")[:-1]:
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if isinstance(message, dict):
            yield message


def _failure(request: RunRequest, why: str) -> RunReport:
    return RunReport(Status.FAILED, why, why, request.declaration.symbol, request.library)
