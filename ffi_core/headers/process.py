"""Ask the worker: start it, hear it out within a time, kill it and all it started. A crash of it is an error here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any

from ffi_core.headers.request import HeaderError, HeaderFailure

TIMEOUT = 20.0
"""Seconds that one reading of headers may take."""
_TICK = 0.02
_DECIDING_VARIABLES = ("PATH", "CC", "CPATH", "C_INCLUDE_PATH", "SDKROOT")
_OTHER_VARIABLES = ("HOME", "TMPDIR", "TEMP", "SYSTEMROOT", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")
_ANSWER = ("parser", "prototypes", "stamps", "complaints")
_LONGEST_COMPLAINT = 300


def ask_worker(task: dict[str, Any], timeout: float = TIMEOUT, cancel: threading.Event | None = None) -> dict[str, Any]:
    """Let a worker do a task.

    Parameters
    ----------
    task: what `ffi_core.headers.worker` reads.
    timeout: seconds.
    cancel: set by another thread to end it.

    Returns
    -------
    The worker's answer.

    Raises
    ------
    HeaderError: the worker said so, crashed, was cancelled, or ran out of its limits.
    """
    import tempfile

    subject = str(task.get("library") or " ".join(task.get("headers", ())))
    command = [sys.executable, "-P", "-m", "ffi_core.headers.worker"]
    with tempfile.TemporaryFile() as letter, tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as complaint:
        letter.write(json.dumps({**task, "seconds": int(timeout) + 1}).encode())
        letter.seek(0)
        child = subprocess.Popen(
            command, stdin=letter, stdout=answer, stderr=complaint, env=_environment(), start_new_session=True
        )
        try:
            why = _wait(child, time.monotonic() + timeout, cancel)
        finally:
            _kill_group(child)
        if why is not None:
            detail = f"reading it took more than {timeout:g} s" if why is HeaderFailure.TIMED_OUT else "cancelled"
            raise HeaderError(subject, why, detail)
        answer.seek(0)
        complaint.seek(0)
        return _understand(subject, child.returncode, answer.read(), complaint.read(1 << 20))


def paths_of_environment() -> list[str]:
    """The variables that decide which compiler is found, and which headers."""
    return [os.environ.get(name, "") for name in _DECIDING_VARIABLES]


def _environment() -> dict[str, str]:
    names = (*_DECIDING_VARIABLES, *_OTHER_VARIABLES)
    return {name: os.environ[name] for name in names if name in os.environ} | {"LC_ALL": "C"}


def _wait(child: subprocess.Popen[bytes], deadline: float, cancel: threading.Event | None) -> HeaderFailure | None:
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return HeaderFailure.TIMED_OUT
        if cancel is not None and cancel.is_set():
            return HeaderFailure.CANCELLED
        with suppress(subprocess.TimeoutExpired):
            child.wait(min(left, _TICK))
            return None


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    """End the worker and the compiler that it may have started; they are a session of their own."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.kill()
    child.wait()


def _understand(subject: str, exit_code: int, answer: bytes, complaint: bytes) -> dict[str, Any]:
    try:
        told = json.loads(answer)
        if "error" in told:
            header, reason, detail = told["error"]
            error = HeaderError(header, HeaderFailure(reason), detail)
        else:
            return {name: told[name] for name in _ANSWER}
    except (ValueError, TypeError, KeyError) as trouble:
        words = complaint.decode("utf-8", "replace").strip().splitlines()
        last = f": {words[-1][:_LONGEST_COMPLAINT]}" if words else ""
        how = f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code} and no answer"
        raise HeaderError(subject, HeaderFailure.CRASHED, f"the reader ended with {how}{last}") from trouble
    raise error
