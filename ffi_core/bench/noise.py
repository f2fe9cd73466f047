"""How quiet the machine was while a run was timed: by the kernel's books and a call of known cost.

It says nothing of the function: one whose cost varies by itself is told by its own spread, not here.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ffi_core.bench.distribution import percentile

STEAL_LIMIT = 0.02
"""The share of processor time that other virtual machines may have taken from a quiet one."""
WAIT_LIMIT = 0.02
"""The share of its own time that a process may have waited for a processor on a quiet machine."""
OTHERS_LIMIT = 0.20
"""The share of all processors' time that other processes may have used on a quiet machine."""
REFERENCE_LIMIT = 0.10
"""How far the cost of the reference call may vary on a quiet machine, as a share of its median."""

_STATISTICS = Path("/proc/stat")
_SCHEDULER = Path("/proc/self/schedstat")
_FIELDS_WITHOUT_GUESTS = 8
_FEWEST_TICKS = 20


@dataclass(frozen=True, slots=True)
class Noise:
    """What disturbed a run. Every figure is None where this system does not tell it.

    Parameters
    ----------
    load: the load average of the last minute, per processor (proc_loadavg(5)).
    steal: the share of all processor time that a hypervisor gave to others during the run (proc_stat(5)).
    waited: for how much of the time on a processor the process stood in line for one (``/proc/self/schedstat``).
    others: the share of all processors' time that was used by neither this process nor children that have ended.
    drift: by what share a call of known cost, timed before and after, became dearer; negative where cheaper.
    spread: the interquartile range of that call's batches, as a share of their median.
    """

    load: float | None = None
    steal: float | None = None
    waited: float | None = None
    drift: float | None = None
    spread: float | None = None
    others: float | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the machine was not quiet, each in words; none where it was."""
        found = []
        if self.waited is not None and self.waited > WAIT_LIMIT:
            found.append(f"other processes took the processor for {self.waited:.0%} of the time")
        if self.others is not None and self.others > OTHERS_LIMIT:
            found.append(f"other processes used {self.others:.0%} of the processors' time")
        if self.steal is not None and self.steal > STEAL_LIMIT:
            found.append(f"other virtual machines took {self.steal:.0%} of the processors' time")
        if self.drift is not None and abs(self.drift) > REFERENCE_LIMIT:
            change = "slower" if self.drift > 0 else "faster"
            found.append(f"an empty call became {abs(self.drift):.0%} {change} during the run")
        if self.spread is not None and self.spread > REFERENCE_LIMIT:
            found.append(f"an empty call varied by {self.spread:.0%}")
        return tuple(found)

    @property
    def quiet(self) -> bool:
        """Whether nothing that was measured points at a disturbance."""
        return not self.reasons

    def to_json(self) -> dict[str, Any]:
        """Every figure by its name, and ``quiet`` and ``reasons``."""
        return asdict(self) | {"quiet": self.quiet, "reasons": list(self.reasons)}

    @property
    def lost(self) -> float:
        """The share of its time that the run lost to others, as far as is known."""
        return max(self.steal or 0.0, self.waited or 0.0)


class Watch:
    """Reads the kernel's books when it is made and when it is stopped."""

    def __init__(self) -> None:
        self._ticks, self._times, self._used = _processor_ticks(), _scheduler_times(), _seconds_used()

    def stop(self, before: Sequence[float] = (), after: Sequence[float] = ()) -> Noise:
        """What happened since.

        Parameters
        ----------
        before: times of the reference call at the start, in any unit.
        after: the same at the end.
        """
        drift = spread = None
        if before and after:
            ordered = sorted((*before, *after))
            drift = statistics.median(after) / statistics.median(before) - 1
            spread = (percentile(ordered, 0.75) - percentile(ordered, 0.25)) / statistics.median(ordered)
        return Noise(_load(), self._steal(), self._waited(), drift, spread, self._others())

    def _passed(self) -> tuple[int, ...] | None:
        """The ticks since the start of each kind; None where there are too few to tell anything."""
        ticks = _processor_ticks()
        if ticks is None or self._ticks is None:
            return None
        passed = tuple(late - early for late, early in zip(ticks, self._ticks, strict=True))
        return passed if sum(passed) >= _FEWEST_TICKS and min(passed) >= 0 else None

    def _steal(self) -> float | None:
        passed = self._passed()
        return None if passed is None else passed[-1] / sum(passed)

    def _others(self) -> float | None:
        passed = self._passed()
        if passed is None:
            return None
        _, _, _, idle, waiting, *_, steal = passed
        busy = sum(passed) - idle - waiting - steal
        ours = (_seconds_used() - self._used) * os.sysconf("SC_CLK_TCK")
        return max(0.0, busy - ours) / sum(passed)

    def _waited(self) -> float | None:
        times = _scheduler_times()
        if times is None or self._times is None:
            return None
        running, waiting = (late - early for late, early in zip(times, self._times, strict=True))
        return waiting / (running + waiting) if running + waiting > 0 else None


def _load() -> float | None:
    try:
        return os.getloadavg()[0] / (os.cpu_count() or 1)
    except OSError:
        return None


def _processor_ticks() -> tuple[int, ...] | None:
    """User, nice, system, idle, iowait, irq, softirq and steal, of all processors together."""
    try:
        with _STATISTICS.open(encoding="ascii") as lines:
            words = lines.readline().split()
    except (OSError, ValueError):
        return None
    ticks = words[1 : 1 + _FIELDS_WITHOUT_GUESTS]
    return tuple(int(tick) for tick in ticks) if len(ticks) == _FIELDS_WITHOUT_GUESTS else None


def _seconds_used() -> float:
    """The processor time of this process and of its children that have been waited for."""
    return sum(os.times()[:4])


def _scheduler_times() -> tuple[int, int] | None:
    """Nanoseconds on a processor, and nanoseconds in line for one, of this process's first thread."""
    try:
        running, waiting, *_ = _SCHEDULER.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return None
    return int(running), int(waiting)
