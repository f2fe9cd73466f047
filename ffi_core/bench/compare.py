"""Whole programs side by side: run in turns, timed from outside, their outputs compared.

A line that one program prints differently from run to run is a measurement of its own, and is not compared. Nor are
colours: Porffor paints what it prints even where no terminal reads it.
"""

from __future__ import annotations

import re
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ffi_core.bench.distribution import Distribution, percentile, summarise
from ffi_core.bench.ending import describe_exit
from ffi_core.bench.isolation import run_program

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Contender:
    """A program that takes part.

    Parameters
    ----------
    name: as in the table.
    version: of what runs it.
    command: what runs it.
    folder: its working directory; ours if None.
    """

    name: str
    version: str
    command: tuple[str, ...]
    folder: Path | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a program.

    Parameters
    ----------
    round: its place in the comparison; the runs of one round are neighbours in time.
    wall_ms: from start to end, seen from outside.
    failure: None where it ended with 0, else the cause in words: ``exit 3``, ``SIGSEGV``, ``timed out``, ``cancelled``.
    output: what it printed, its first mebibyte; of more, the last line says how much there was.
    errors: what it wrote to standard error, cut likewise.
    exit_code: its own; None where a signal ended it.
    """

    round: int
    wall_ms: float
    failure: str | None
    output: str
    errors: str
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What the runs of one program came to; the figures are those of the runs that ended well.

    Parameters
    ----------
    contender: the program.
    runs: every counted run.
    wall_ms: the distribution of the wall times, in milliseconds; None where no run ended well.
    """

    contender: Contender
    runs: tuple[Run, ...]
    wall_ms: Distribution | None

    @property
    def failures(self) -> tuple[str, ...]:
        """The cause of each run that did not end well."""
        return tuple(run.failure for run in self.runs if run.failure is not None)


def take_turns(
    contenders: Sequence[Contender],
    rounds: int,
    timeout: float,
    progress: Callable[[int], object] = lambda _: None,
    cancel: threading.Event | None = None,
) -> tuple[Result, ...]:
    """Run every program once to warm up and then once a round; each round starts with another program.

    Ctrl-C and `cancel` end the turns: the run under way is killed, and the runs before it are what is given back.

    Parameters
    ----------
    contenders: at least one.
    rounds: counted runs of each.
    timeout: seconds for one run; a program and what it started are killed then.
    progress: called after each run with the number of runs so far, of ``(rounds + 1) * len(contenders)``.
    cancel: set by another thread to end the turns.
    """
    runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    done = 0
    with suppress(KeyboardInterrupt):
        for turn in range(rounds + 1):
            shift = turn % len(contenders)
            for contender in (*contenders[shift:], *contenders[:shift]):
                run = run_once(contender, turn, timeout, cancel)
                if cancel is not None and cancel.is_set():
                    raise KeyboardInterrupt
                if turn > 0:
                    runs[contender.name].append(run)
                done += 1
                progress(done)
    return tuple(_result(contender, runs[contender.name]) for contender in contenders)


def run_once(contender: Contender, turn: int, timeout: float, cancel: threading.Event | None = None) -> Run:
    """Run a program in a session of its own, to its end, to its time limit, or until nobody wants it any more."""
    started = time.perf_counter()
    try:
        outcome = run_program(contender.command, timeout, cancel, contender.folder)
    except OSError as error:
        return Run(turn, 0.0, "could not start", "", f"{contender.command[0]}: {error.strerror or error}")
    wall_ms = (time.perf_counter() - started) * 1000
    failure = describe_exit(outcome.exit_code) if outcome.exit_code else None
    if outcome.timed_out or outcome.cancelled:
        failure = "timed out" if outcome.timed_out else "cancelled"
    output, errors = (text.decode(errors="replace") for text in (outcome.stdout, outcome.stderr))
    if outcome.dropped:
        output += f"\n... and {outcome.dropped:,} bytes more\n"
    by_itself = outcome.exit_code >= 0 and failure not in ("timed out", "cancelled")
    return Run(turn, wall_ms, failure, output, errors, outcome.exit_code if by_itself else None)


def compare_outputs(results: Sequence[Result]) -> dict[str, tuple[str, ...]]:
    """What each program printed in the runs that ended well, without the lines that vary; equal where they agree."""
    printed = {
        result.contender.name: [_COLOUR.sub("", run.output).splitlines() for run in result.runs if run.failure is None]
        for result in results
    }
    varying = {place for outputs in printed.values() for place in _varying(outputs)}
    return {
        name: tuple(line for place, line in enumerate(outputs[0]) if place not in varying)
        for name, outputs in printed.items()
        if outputs
    }


def paired_ratios(values: Sequence[tuple[int, float]], base: Sequence[tuple[int, float]]) -> list[float]:
    """Ratios of neighbours in time, ascending: of what was measured in the same round on both sides."""
    others = dict(base)
    return sorted(value / others[turn] for turn, value in values if turn in others)


def quartiles(ordered: Sequence[float]) -> tuple[float, float, float]:
    """The first quartile, the median and the third of ascending values, of which there is at least one."""
    return percentile(ordered, 0.25), statistics.median(ordered), percentile(ordered, 0.75)


def _result(contender: Contender, runs: list[Run]) -> Result:
    times = [run.wall_ms for run in runs if run.failure is None]
    return Result(contender, tuple(runs), summarise(times) if times else None)


def _varying(outputs: list[list[str]]) -> set[int]:
    longest = max((len(lines) for lines in outputs), default=0)
    padded = [[*lines, *[""] * (longest - len(lines))] for lines in outputs]
    return {place for place in range(longest) if len({lines[place] for lines in padded}) > 1}
