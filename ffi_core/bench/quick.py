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
from ffi_core.bench.text import duration
from ffi_core.schema import to_schema
from ffi_core.types import Kind

MEMORY_LIMIT = 1 << 30
"""Bytes of address space that the child may have."""

_KEPT_VARIABLES = ("LD_LIBRARY_PATH", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ")
_STAGES = {
    "loading": " while it was loaded, in a constructor perhaps",
    "calling": " in its first call",
    "timing": " while it was timed",
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
    report = RunReport(
        Status.DONE,
        None,
        "",
        request.declaration.symbol,
        request.library,
        calls=1 if stage == "timing" else 0,
        stdout=outcome.stdout.decode(errors="replace"),
        stderr=outcome.stderr.decode(errors="replace"),
    )
    if answer is not None:
        figures = {name: value for name, value in answer.items() if name in FIGURES}
        report = replace(report, **figures | {"samples_ns": tuple(answer.get("samples_ns", ()))})
        return replace(report, message=_success(request, report))
    if error is not None:
        return replace(report, status=Status.FAILED, cause=error, message=error)
    if stage is None and outcome.exit_code > 0:
        last = report.stderr.strip().rpartition("\n")[2] or f"exit {outcome.exit_code}"
        return replace(report, status=Status.FAILED, cause=last, message=f"the child process did not start: {last}")
    status, cause, what = _verdict(request, outcome)
    subject = {"loading": request.library, "calling": _call(request), "timing": _call(request)}.get(
        stage or "", "the child process"
    )
    return replace(report, status=status, cause=cause, message=f"{subject} {what}{_STAGES.get(stage or '', '')}")


def _success(request: RunRequest, report: RunReport) -> str:
    result = "" if _is_void(request) else f" = {json.dumps(report.result)}"
    if report.median_ns is None:
        return f"{_call(request)}{result}"
    return f"{_call(request)}{result}: {duration(report.median_ns)} per call, median of {report.calls:,} calls"


def _is_void(request: RunRequest) -> bool:
    signature = request.declaration.signature
    return signature is not None and signature.result.kind is Kind.VOID


def _call(request: RunRequest) -> str:
    text = json.dumps(request.arguments)[1:-1]
    return f"{request.declaration.symbol}({text if len(text) <= 80 else text[:77] + '...'})"


def _verdict(request: RunRequest, outcome: Outcome) -> tuple[Status, str, str]:
    limit = f"{request.timeout:g} s"
    if outcome.timed_out and outcome.stopped_by:
        return (
            Status.TIMED_OUT,
            "timed out",
            f"stopped its process with {outcome.stopped_by.name} for {limit}",
        )
    if outcome.timed_out:
        return Status.TIMED_OUT, "timed out", f"did not end within {limit}"
    if outcome.cancelled:
        return Status.CANCELLED, "cancelled", "was cancelled"
    if outcome.exit_code >= 0:
        cause = f"exit {outcome.exit_code}"
        return Status.EXITED, cause, f"ended its process with {cause}"
    cause = _signal_name(-outcome.exit_code)
    if cause in ("SIGALRM", "SIGXCPU"):
        return Status.TIMED_OUT, "timed out", f"used up its {limit}"
    return Status.CRASHED, cause, f"crashed with {cause}"


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
