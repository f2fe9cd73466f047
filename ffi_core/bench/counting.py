"""How often a program calls each native function, and how long the function takes: one extra run, never a timed one."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ffi_core.bench.compare import Contender, run_once
from ffi_core.bench.shim import VARIABLE, countable, write_shim
from ffi_core.model import DlopenCall

_PAIR = struct.Struct("=QQ")
_COMPILE_SECONDS = 120


class CannotCountError(Exception):
    """Why nothing can be counted, in words for people."""


@dataclass(frozen=True, slots=True)
class SymbolCount:
    """The calls of one native function in one run of a program.

    Parameters
    ----------
    symbol: its C name.
    calls: how many.
    ns_per_call: nanoseconds from the function's start to its end, the mean over the calls, without what reading the
        clock costs; None where there was no call. What the runtime adds to a call is not in it.
    """

    symbol: str
    calls: int
    ns_per_call: float | None


class Counter:
    """Counts the calls that programs make of one file's native functions.

    Parameters
    ----------
    calls: the file's calls of dlopen.
    folder: scratch, for the compiled library; it must live as long as the counter.

    Raises
    ------
    CannotCountError: where the file binds nothing that can be counted, or the library cannot be made.
    """

    def __init__(self, calls: Sequence[DlopenCall], folder: Path) -> None:
        self._functions = countable(calls)
        self._folder = folder
        self._library = folder / "counting.so"
        if not sys.platform.startswith("linux"):
            raise CannotCountError(f"calls are counted on Linux, not on {sys.platform}")
        if not self._functions:
            raise CannotCountError("the file binds no function whose calls can be counted")
        self._compile()

    def count(
        self, contender: Contender, timeout: float, cancel: threading.Event | None = None
    ) -> tuple[SymbolCount, ...]:
        """Run a program once more, and count.

        Parameters
        ----------
        contender: the program.
        timeout: seconds for the run.
        cancel: set by another thread to end it.

        Raises
        ------
        CannotCountError: where the run fails.
        """
        file = self._folder / "counts"
        file.write_bytes(bytes(_PAIR.size * (len(self._functions) + 1)))
        preload = ":".join(filter(None, [str(self._library), os.environ.get("LD_PRELOAD")]))
        # By env(1), so that the program alone has the variables.
        command = ("/usr/bin/env", f"LD_PRELOAD={preload}", f"{VARIABLE}={file}", *contender.command)
        run = run_once(replace(contender, command=command), 0, timeout, cancel)
        if run.failure is not None:
            raise CannotCountError(f"the run that counts ended with {run.failure}")
        *pairs, (_, clock) = _PAIR.iter_unpack(file.read_bytes())
        return tuple(
            SymbolCount(name, count, max(0.0, total / count - clock) if count else None)
            for name, (count, total) in zip(self._functions, pairs, strict=True)
        )

    def _compile(self) -> None:
        compiler = (os.environ.get("CC") or "cc").split()
        if shutil.which(compiler[0]) is None:
            raise CannotCountError("there is no C compiler, which counting calls needs")
        source = self._folder / "counting.c"
        source.write_text(write_shim(self._functions), encoding="utf-8")
        command = [*compiler, "-shared", "-fPIC", "-O2", "-w", str(source), "-o", str(self._library), "-ldl"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_COMPILE_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotCountError(f"the library that counts could not be compiled: {error}") from error
        if done.returncode != 0:
            raise CannotCountError(f"the library that counts could not be compiled: {done.stderr.strip()[-400:]}")
