"""Ask the worker: start it, hear it out within a time, kill it and all it started. A crash of it is an error here."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import IO, Any

from ffi_core.headers.request import HeaderError, HeaderFailure

TIMEOUT = 20.0
"""Seconds that one reading of headers may take."""
LARGEST_ANSWER = 128 << 20
"""Bytes."""
_TICK = 0.02
_SECONDS_TO_END = 5.0
_DECIDING_VARIABLES = ("PATH", "CC", "CPATH", "C_INCLUDE_PATH", "SDKROOT")
_OTHER_VARIABLES = ("HOME", "TMPDIR", "TEMP", "SYSTEMROOT", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH")
_ANSWER = ("parser", "prototypes", "stamps", "complaints")
_LONGEST_COMPLAINT = 300


def ask_worker(
    task: dict[str, Any],
    timeout: float = TIMEOUT,
    cancel: threading.Event | None = None,
    worker: Worker | None = None,
) -> dict[str, Any]:
    """Let a worker do a task.

    Parameters
    ----------
    task: what `ffi_core.headers.worker` reads.
    timeout: seconds.
    cancel: set by another thread to end it.
    worker: one that may have done others before; one for this task alone if None.

    Returns
    -------
    The worker's answer.

    Raises
    ------
    HeaderError: the worker said so, crashed, was cancelled, or ran out of its limits.
    """
    if worker is not None:
        return worker.ask(task, timeout, cancel)
    with Worker() as own:
        return own.ask(task, timeout, cancel)


class Worker:
    """A worker process for one task after another: started for the first, and again where it had to be ended.

    Use it in a ``with`` statement, and from one thread; no process outlives that.
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._complaint: IO[bytes] | None = None
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one."""
        self._end()

    @property
    def pid(self) -> int | None:
        """The process that is there now, if there is one."""
        return self._child.pid if self._child is not None else None

    def ask(self, task: dict[str, Any], timeout: float, cancel: threading.Event | None) -> dict[str, Any]:
        """As `ask_worker`."""
        subject = str(task.get("library") or " ".join(task.get("headers", ())))
        deadline = time.monotonic() + timeout
        child = self._child or self._start()
        assert child.stdin is not None
        with suppress(BrokenPipeError):  # it has ended, and what it said of that is read below
            child.stdin.write(json.dumps({**task, "seconds": int(timeout) + 1}).encode() + b"\n")
            child.stdin.flush()
        try:
            answer = self._wait(deadline, cancel)
        except BaseException:
            self._end()
            raise
        if isinstance(answer, HeaderFailure):
            self._end()
            detail = f"reading it took more than {timeout:g} s" if answer is HeaderFailure.TIMED_OUT else "cancelled"
            raise HeaderError(subject, answer, detail)
        if answer.endswith(b"\n"):
            return _understand(subject, answer)
        raise self._crash(subject)

    def _start(self) -> subprocess.Popen[bytes]:
        import tempfile

        command = [sys.executable, "-P", "-m", "ffi_core.headers.worker"]
        self._complaint = tempfile.TemporaryFile()  # noqa: SIM115  (`_end` closes it)
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaint,
            env=_environment(),
            start_new_session=True,
        )
        self._answers = queue.SimpleQueue()
        threading.Thread(target=_hear, args=(self._child.stdout, self._answers), daemon=True).start()
        return self._child

    def _wait(self, deadline: float, cancel: threading.Event | None) -> bytes | HeaderFailure:
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return HeaderFailure.TIMED_OUT
            if cancel is not None and cancel.is_set():
                return HeaderFailure.CANCELLED
            with suppress(queue.Empty):
                return self._answers.get(timeout=left if cancel is None else min(left, _TICK))

    def _crash(self, subject: str) -> HeaderError:
        """What there is to say of a worker that ended before its answer did."""
        assert self._child is not None
        assert self._complaint is not None
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(_SECONDS_TO_END)
        self._complaint.seek(0)
        words = self._complaint.read(1 << 20).decode("utf-8", "replace").strip().splitlines()
        exit_code = self._child.returncode
        self._end()
        last = f": {words[-1][:_LONGEST_COMPLAINT]}" if words else ""
        ended = exit_code is not None and exit_code < 0
        how = f"signal {-exit_code}" if ended else f"exit code {exit_code} and no answer"
        return HeaderError(subject, HeaderFailure.CRASHED, f"the reader ended with {how}{last}")

    def _end(self) -> None:
        """End the worker and the compiler that it may have started; they are a session of their own."""
        child, self._child = self._child, None
        if child is None:
            return
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
        child.kill()
        child.wait()
        with suppress(BrokenPipeError):
            assert child.stdin is not None
            child.stdin.close()
        if self._complaint is not None:
            self._complaint.close()


def _hear(pipe: IO[bytes], answers: queue.SimpleQueue[bytes]) -> None:
    """Hand on each line, and what stands behind the last one when the pipe is closed. For a thread of its own."""
    with pipe:
        while True:
            line = pipe.readline(LARGEST_ANSWER)
            answers.put(line)
            if not line.endswith(b"\n"):
                return


def paths_of_environment() -> list[str]:
    """The variables that decide which compiler is found, and which headers."""
    return [os.environ.get(name, "") for name in _DECIDING_VARIABLES]


def _environment() -> dict[str, str]:
    names = (*_DECIDING_VARIABLES, *_OTHER_VARIABLES)
    return {name: os.environ[name] for name in names if name in os.environ} | {"LC_ALL": "C"}


def _understand(subject: str, answer: bytes) -> dict[str, Any]:
    try:
        told = json.loads(answer)
        if "error" in told:
            header, reason, detail = told["error"]
            error = HeaderError(header, HeaderFailure(reason), detail)
        else:
            return {name: told[name] for name in _ANSWER}
    except (ValueError, TypeError, KeyError) as trouble:
        raise HeaderError(subject, HeaderFailure.CRASHED, "the reader gave no answer that makes sense") from trouble
    raise error
