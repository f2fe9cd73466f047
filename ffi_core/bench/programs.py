"""One file as a program on each runtime that is here: made ready, run in turns, its native calls counted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ffi_core.bench.compare import Contender, take_turns
from ffi_core.bench.counting import CannotCountError, Counter
from ffi_core.bench.noise import Watch
from ffi_core.bench.runtimes import RUNTIMES, Absent, Installed, PreparationError, cache_folder
from ffi_core.bench.table import Table
from ffi_core.model import DlopenCall

Progress = Callable[[int, int], object]
"""Called with the number of runs so far and of all of them."""


class NoRuntimeError(Exception):
    """No runtime that is here can run a file; the text is for people."""


def gather(
    file: Path, dialects: frozenset[str], names: Sequence[str], folder: Path, working_folder: Path | None = None
) -> tuple[list[Contender], list[Absent]]:
    """Make a file ready on every runtime that is asked for and here.

    Parameters
    ----------
    file: the program.
    dialects: those it binds native functions in.
    names: of runtimes.
    folder: scratch, for what has to be compiled; it must live as long as the contenders.
    working_folder: where the programs run; the working directory if None.

    Returns
    -------
    The programs, and the runtimes that are missing or cannot run the file, each with the reason.
    """
    present: list[Contender] = []
    absent: list[Absent] = []
    for name in names:
        runtime = RUNTIMES[name]
        found = runtime.find(cache_folder())
        if isinstance(found, Absent):
            absent.append(found)
            continue
        foreign = not dialects <= {runtime.dialect}
        try:
            command = runtime.prepare(found, file.resolve(), folder, foreign)
        except (PreparationError, OSError) as error:
            absent.append(Absent(name, str(error), "choose another runtime"))
            continue
        # What a prelude costs is part of the time, so it is part of the name.
        version = f"{found.version} + prelude" if foreign else found.version
        present.append(Contender(name, version, command, working_folder))
    return present, absent


def default_runtime(dialects: frozenset[str]) -> str:
    """The runtime for a file in these dialects: its own where that is here, else the first that can run it.

    Raises
    ------
    NoRuntimeError: none is here; the text says how to install one.
    """
    fitting = [runtime for runtime in RUNTIMES.values() if dialects <= runtime.speaks]
    fitting.sort(key=lambda runtime: ({runtime.dialect} != dialects, runtime.name != "deno"))
    absent: list[Absent] = []
    for runtime in fitting:
        found = runtime.find(cache_folder())
        if isinstance(found, Installed):
            return runtime.name
        absent.append(found)
    remedies = "; ".join(f"{entry.name}: {entry.remedy}" for entry in absent)
    listed = " and ".join(sorted(dialects)) or "JavaScript"
    raise NoRuntimeError(f"no runtime for {listed} is here. To install one, {remedies}")


def describe_runtimes() -> list[dict[str, Any]]:
    """Every runtime: ``name`` and ``installed``, then ``version`` and ``program``, or ``reason`` and ``remedy``."""
    return [_describe(runtime.find(cache_folder())) for runtime in RUNTIMES.values()]


def compare_programs(
    present: Sequence[Contender],
    absent: Sequence[Absent],
    calls: Sequence[DlopenCall],
    *,
    runs: int,
    timeout: float,
    folder: Path,
    counted: bool = True,
    progress: Progress = lambda *_: None,
    cancel: threading.Event | None = None,
) -> Table:
    """Run programs in turns and, where that is wanted, each once more to count its native calls.

    Ctrl-C and `cancel` end the comparison with what is known.

    Parameters
    ----------
    present: the programs, at least one.
    absent: who takes no part.
    calls: the calls of the file that open libraries, for the counts.
    runs: counted runs of each program, at least 2.
    timeout: seconds for each run.
    folder: scratch.
    counted: whether to count native calls.
    progress: told after each run.
    cancel: set by another thread to end it.
    """
    timed = len(present) * (runs + 1)
    total = timed + (len(present) if counted else 0)
    watch = Watch()
    results = take_turns(present, runs, timeout, lambda done: progress(done, total), cancel)
    # That this process waits for a processor disturbs nobody.
    table = replace(Table.of(results, absent), noise=replace(watch.stop(), waited=None))
    if any(len(result.runs) < runs for result in results):
        return replace(table, interrupted=True)
    if not counted:
        return table
    return _count(table, calls, timeout, folder, lambda done: progress(timed + done, total), cancel)


def _count(
    table: Table,
    calls: Sequence[DlopenCall],
    timeout: float,
    folder: Path,
    progress: Callable[[int], object],
    cancel: threading.Event | None,
) -> Table:
    """The table with the native calls of each program that ended well; an interruption leaves the rest uncounted."""
    counts, uncounted = {}, []
    try:
        counter = Counter(calls, folder)
        for done, result in enumerate(table.results, 1):
            if cancel is not None and cancel.is_set():
                raise KeyboardInterrupt
            name = result.contender.name
            if result.wall_ms is not None:
                try:
                    counts[name] = counter.count(result.contender, timeout, cancel)
                except CannotCountError as error:
                    uncounted.append(f"Native calls not counted on {name}: {error}.")
            progress(done)
    except CannotCountError as error:
        uncounted.append(f"Native calls not counted: {error}.")
    except KeyboardInterrupt:
        uncounted.append("Native calls not counted to the end: interrupted.")
    return replace(table, counts=counts, uncounted=tuple(uncounted))


def _describe(entry: Installed | Absent) -> dict[str, Any]:
    if isinstance(entry, Installed):
        return {"name": entry.name, "installed": True, "version": entry.version, "program": list(entry.program)}
    return {"name": entry.name, "installed": False, "reason": entry.reason, "remedy": entry.remedy}
