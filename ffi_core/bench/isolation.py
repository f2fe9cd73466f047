"""A child process that may do anything: run it in a session of its own, hear it out within limits, leave nothing.

It knows nothing of libraries. What the child may use of the machine it limits itself (`ffi_core.bench.worker`), before
foreign code runs; here are the clock, the caps on what is read, and the kill.
"""

from __future__ import annotations

import enum
import os
import selectors
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

OUTPUT_LIMIT = 64 * 1024
"""Bytes kept of stdout and of stderr each; the rest is read and dropped, so that the child never waits for a reader."""
ANSWER_LIMIT = 4 << 20
"""Bytes kept of the answer."""
PROGRAM_OUTPUT_LIMIT = 1 << 20
"""Bytes kept of what a whole program prints, and of its errors."""

_TICK = 0.05
_CHUNK = 1 << 16
_PIPE_CAPACITY = 1 << 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended and what it left.

    Parameters
    ----------
    exit_code: as `subprocess.Popen.returncode`: negative for the signal that ended it. Minus SIGKILL where we did.
    timed_out: whether it was killed because its time was up.
    cancelled: whether it was killed because the caller no longer wanted it.
    stopped_by: the signal that had stopped it (SIGSTOP, say) when its time was up, else None.
    answer: what it wrote to the answer pipe.
    stdout: what it printed, up to `OUTPUT_LIMIT`.
    stderr: likewise.
    """

    exit_code: int
    timed_out: bool
    cancelled: bool
    stopped_by: signal.Signals | None
    answer: bytes
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True, slots=True)
class ProgramOutcome:
    """How a whole program ended.

    Parameters
    ----------
    exit_code, timed_out, cancelled: as in `Outcome`.
    stdout: what it printed, up to `PROGRAM_OUTPUT_LIMIT`.
    stderr: likewise.
    dropped: how many bytes of standard output were read and not kept.
    """

    exit_code: int
    timed_out: bool
    cancelled: bool
    stdout: bytes
    stderr: bytes
    dropped: int


def run_program(
    command: Sequence[str], timeout: float, cancel: threading.Event | None = None, folder: Path | None = None
) -> ProgramOutcome:
    """Run a program in a new session with an empty standard input, and kill its process group in the end.

    Parameters
    ----------
    command: the program and its arguments.
    timeout: seconds.
    cancel: set by another thread to end it.
    folder: its working directory; ours if None.

    Raises
    ------
    OSError: where no process could be made.
    """
    with ExitStack() as stack:
        pipes = _Pipe(stack, PROGRAM_OUTPUT_LIMIT), _Pipe(stack, PROGRAM_OUTPUT_LIMIT)
        stdout, stderr = pipes
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=stdout.writer,
            stderr=stderr.writer,
            start_new_session=True,
            cwd=folder,
        )
        why, exit_code = _see_through(stack, child, pipes, timeout, cancel)[:2]
        ended = why is _End.TIMED_OUT, why is _End.CANCELLED
        return ProgramOutcome(exit_code, *ended, bytes(stdout.kept), bytes(stderr.kept), stdout.dropped)


def run_isolated(
    command: Sequence[str],
    request: bytes,
    timeout: float,
    environment: Mapping[str, str],
    cancel: threading.Event | None = None,
) -> Outcome:
    """Run a command in a new session, and kill its whole process group when it ends or its time is up.

    The child's standard input is the request; the descriptor for its answer is the last word of its command line.
    Returns at most a moment after `timeout`, even when grandchildren keep the pipes open.

    Parameters
    ----------
    command: the program and its arguments.
    request: what the child reads from its standard input.
    timeout: seconds.
    environment: the child's whole environment.
    cancel: set by another thread to end the run.

    Raises
    ------
    OSError: where no process could be made.
    """
    with ExitStack() as stack:
        letter = stack.enter_context(tempfile.TemporaryFile())
        letter.write(request)
        letter.seek(0)
        pipes = _Pipe(stack, ANSWER_LIMIT), _Pipe(stack, OUTPUT_LIMIT), _Pipe(stack, OUTPUT_LIMIT)
        answer, stdout, stderr = pipes
        child = subprocess.Popen(
            [*command, str(answer.writer)],
            stdin=letter,
            stdout=stdout.writer,
            stderr=stderr.writer,
            pass_fds=(answer.writer,),
            env=dict(environment),
            start_new_session=True,
        )
        why, exit_code, stopped_by = _see_through(stack, child, pipes, timeout, cancel)
        kept = [bytes(pipe.kept) for pipe in pipes]
        return Outcome(exit_code, why is _End.TIMED_OUT, why is _End.CANCELLED, stopped_by, *kept)


def _see_through(
    stack: ExitStack,
    child: subprocess.Popen[bytes],
    pipes: Sequence[_Pipe],
    timeout: float,
    cancel: threading.Event | None,
) -> tuple[_End, int, signal.Signals | None]:
    """Listen to a child to its end, or to ours: why it ended, its exit code, and the signal that had stopped it."""
    stack.callback(_end, child)
    for pipe in pipes:
        pipe.close_writer()
    why = _listen(child, pipes, time.monotonic() + timeout, cancel)
    stopped_by = _stopping_signal(child.pid) if why is _End.TIMED_OUT else None
    exit_code = _end(child)
    for pipe in pipes:
        pipe.drain()
    return why, exit_code, stopped_by


class _End(enum.Enum):
    BY_ITSELF = enum.auto()
    TIMED_OUT = enum.auto()
    CANCELLED = enum.auto()


class _Pipe:
    """A pipe whose writers may never close it: reading ends when we say so."""

    def __init__(self, stack: ExitStack, limit: int) -> None:
        self.reader, self.writer = os.pipe()
        stack.callback(os.close, self.reader)
        stack.callback(self.close_writer)
        os.set_blocking(self.reader, False)
        self.kept, self.dropped, self._limit = bytearray(), 0, limit

    def close_writer(self) -> None:
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1

    def read(self) -> int | None:
        """Take a piece of what is there: how many bytes, 0 at the end of the stream, None where nothing waits."""
        try:
            chunk = os.read(self.reader, _CHUNK)
        except BlockingIOError:
            return None
        room = max(0, self._limit - len(self.kept))
        self.kept += chunk[:room]
        self.dropped += max(0, len(chunk) - room)
        return len(chunk)

    def drain(self) -> None:
        """Take what the dead group left in the pipe; a process that escaped the group cannot hold us up for more."""
        for _ in range(_PIPE_CAPACITY // _CHUNK):
            if not self.read():
                break


def _listen(
    child: subprocess.Popen[bytes], pipes: Sequence[_Pipe], deadline: float, cancel: threading.Event | None
) -> _End:
    """Read until the child has ended, its time is up or nobody wants it. The dead child is left unreaped."""
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe.reader, selectors.EVENT_READ, pipe)
        watch = os.pidfd_open(child.pid) if hasattr(os, "pidfd_open") else -1
        try:
            if watch >= 0:
                selector.register(watch, selectors.EVENT_READ, None)
            while True:
                if _has_ended(child.pid):
                    return _End.BY_ITSELF
                if cancel is not None and cancel.is_set():
                    return _End.CANCELLED
                left = deadline - time.monotonic()
                if left <= 0:
                    return _End.TIMED_OUT
                for key, _ in selector.select(min(left, _TICK)):
                    if isinstance(key.data, _Pipe) and key.data.read() == 0:
                        selector.unregister(key.fileobj)
        finally:
            if watch >= 0:
                os.close(watch)


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _stopping_signal(pid: int) -> signal.Signals | None:
    state = os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT)
    return signal.Signals(state.si_status) if state is not None else None


def _end(child: subprocess.Popen[bytes]) -> int:
    """Kill the group and reap the child. The group's number is safe to use until the child is reaped."""
    if child.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    return child.wait()
