"""`quick_run`: a request goes to a worker in a child process, and whatever happens there comes back as a report."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import ffi_core
from ffi_core.bench.answer import read_figures
from ffi_core.bench.arguments import ArgumentsError, spell_result
from ffi_core.bench.ending import describe_exit
from ffi_core.bench.isolation import Outcome, run_isolated
from ffi_core.bench.report import RunReport, RunRequest, Status
from ffi_core.bench.script import spell_arguments
from ffi_core.bench.steps import check_run, spell_step
from ffi_core.bench.text import duration
from ffi_core.model import Declaration
from ffi_core.schema import to_schema
from ffi_core.types import Kind

_KEPT_VARIABLES = ("FFI_CORE_BACKEND", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "PATH", "TZ")
_STAGES = {
    "loading": " while it was loaded, in a constructor perhaps",
    "set-up": " in the set-up",
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
        check_run(request.setup, declaration, request.arguments)
    except ArgumentsError as error:
        return _failure(request, f"{declaration.name}: {error}")
    command = (sys.executable, "-P", "-m", "ffi_core.bench.worker")
    try:
        with tempfile.TemporaryDirectory(prefix="ffi-core-", ignore_cleanup_errors=True) as scratch:
            letter = json.dumps(_letter(request, scratch)).encode()
            outcome = run_isolated(command, letter, request.timeout, _environment(scratch), cancel)
    except OSError as error:
        return _failure(request, f"no child process could be started: {error}")
    try:
        return _read(request, outcome)
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        # Foreign code found the answer's descriptor and wrote to it.
        return _failure(request, f"the child's answer makes no sense: {error}")


def _letter(request: RunRequest, scratch: str) -> dict[str, Any]:
    steps = [
        {
            "name": step.name,
            "schema": None if step.declaration is None else _schema(step.declaration),
            "arguments": list(step.arguments),
        }
        for step in request.setup
    ]
    return {
        "library": request.library,
        "schema": _schema(request.declaration),
        "setup": steps,
        "arguments": list(request.arguments),
        "timeout": request.timeout,
        "timed": request.timed,
        "memory": request.memory,
        "file_size": request.file_size,
        "scratch": scratch if request.sandbox else None,
    }


def _schema(declaration: Declaration) -> dict[str, Any]:
    # A future or a missing symbol's None could not be timed; that the call may block is what the time limit is for.
    return {declaration.name: to_schema(replace(declaration, nonblocking=False, optional=False))}


def _environment(scratch: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    python = {"PYTHONPATH": str(Path(ffi_core.__file__).parent.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    return kept | python | {"HOME": scratch, "TMPDIR": scratch}


def _read(request: RunRequest, outcome: Outcome) -> RunReport:
    stage, step, answer, error = "", 0, None, None
    protections: dict[str, Any] = {}
    for message in _messages(outcome.answer):
        stage = message.get("stage", stage)
        # The first word counts: it is written before foreign code could write to the same descriptor.
        protections = protections or message.get("protections", protections)
        step = message.get("step", step)
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
        protections=tuple(map(str, protections.get("held", ()))),
        unprotected=tuple(map(str, protections.get("missing", ()))),
    )
    if answer is not None:
        report = replace(report, **read_figures(answer))
        return replace(report, message=_success(request, report))
    if error is not None:
        return replace(report, status=Status.FAILED, cause=str(error), message=str(error))
    if not stage and outcome.exit_code > 0:
        last = report.stderr.strip().rpartition("\n")[2] or f"exit {outcome.exit_code}"
        return replace(report, status=Status.FAILED, cause=last, message=f"the child process did not start: {last}")
    status, cause, what = _verdict(request, outcome)
    sentence = f"{_subject(request, stage, step)} {what}{_STAGES.get(stage, '')}"
    return replace(report, status=status, cause=cause, message=sentence)


def _subject(request: RunRequest, stage: str, step: int) -> str:
    if stage == "loading":
        return request.library
    if stage == "set-up":
        return spell_step([entry for entry in request.setup if entry.declaration is not None][step])
    return _call(request) if stage in _STAGES else "the child process"


def _success(request: RunRequest, report: RunReport) -> str:
    result = "" if _is_void(request) else f" = {spell_result(request.declaration, report.result)}"
    if report.median_ns is None:
        return f"{_call(request)}{result}"
    return f"{_call(request)}{result}: {duration(report.median_ns)} per call, median of {report.calls:,} calls"


def _is_void(request: RunRequest) -> bool:
    signature = request.declaration.signature
    return signature is not None and signature.result.kind is Kind.VOID


def _call(request: RunRequest) -> str:
    text = spell_arguments(request.arguments)
    return f"{request.declaration.symbol}({text if len(text) <= 80 else text[:77] + '...'})"


def _verdict(request: RunRequest, outcome: Outcome) -> tuple[Status, str, str]:
    limit = f"{request.timeout:g} s"
    if outcome.timed_out:
        stopped = outcome.stopped_by
        what = f"stopped its process with {stopped.name} for {limit}" if stopped else f"did not end within {limit}"
        return Status.TIMED_OUT, "timed out", what
    if outcome.cancelled:
        return Status.CANCELLED, "cancelled", "was cancelled"
    cause = describe_exit(outcome.exit_code)
    if outcome.exit_code >= 0:
        return Status.EXITED, cause, f"ended its process with {cause}"
    if cause in ("SIGALRM", "SIGXCPU"):
        return Status.TIMED_OUT, "timed out", f"used up its {limit}"
    return Status.CRASHED, cause, f"crashed with {cause}"


def _messages(answer: bytes) -> Iterable[dict[str, Any]]:
    """Whole lines of JSON objects; whatever else a library wrote to our descriptor is left out."""
    for line in answer.split(b"\n")[:-1]:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(message, dict):
            yield message


def _failure(request: RunRequest, why: str) -> RunReport:
    return RunReport(Status.FAILED, why, why, request.declaration.symbol, request.library)
