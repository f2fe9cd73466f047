"""The timing loop: warm up, find a batch long enough to be timed well, take batches until the time is up.

It knows neither libraries nor processes: what it times is a function from a count of calls to nanoseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

Measure = Callable[[int], int]
"""Makes that many calls and gives the elapsed nanoseconds."""

_MAX_BATCH = 1 << 40


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure.

    Parameters
    ----------
    warm_up_ns: the least time spent on calls whose timings are thrown away.
    batch_ns: what one batch should last: long against the clock's own cost, short enough to have many.
    total_ns: when no further batch is begun, counted over the batches alone.
    most_batches: when no further batch is begun, whatever the time.
    """

    warm_up_ns: int = 50_000_000
    batch_ns: int = 1_000_000
    total_ns: int = 300_000_000
    most_batches: int = 250

    @classmethod
    def within(cls, seconds: float) -> Plan:
        """A plan that leaves more than half of a time limit unused, shorter than the usual one where it must be."""
        usual = cls()
        share = min(1.0, seconds * 1e9 / 2.5 / (usual.warm_up_ns + usual.total_ns))
        return cls(int(usual.warm_up_ns * share), int(usual.batch_ns * share), int(usual.total_ns * share))

    def shortened(self, times: int) -> Plan:
        """A plan for a side figure: batches of the same length, and that many times less of everything else."""
        return replace(self, warm_up_ns=self.warm_up_ns // times, total_ns=self.total_ns // times, most_batches=50)


@dataclass(frozen=True, slots=True)
class Series:
    """What the loop saw.

    Parameters
    ----------
    batch_size: calls in each batch.
    samples_ns: mean nanoseconds per call of each batch, in order.
    calls: all calls made, warm-up included.
    """

    batch_size: int
    samples_ns: tuple[float, ...]
    calls: int


def take_series(measure: Measure, plan: Plan) -> Series:
    """Warm up, calibrate and measure.

    A function that is slow against the plan is called few times: its warm-up is part of the measurement when a
    single call takes longer than `plan.warm_up_ns`.

    Parameters
    ----------
    measure: see `Measure`.
    plan: how long.
    """
    count, calls, spent = 1, 0, 0
    while True:
        elapsed = measure(count)
        calls += count
        spent += elapsed
        if count == 1 and elapsed >= plan.warm_up_ns:
            return _batches(measure, plan, 1, calls, [float(elapsed)])
        if spent >= plan.warm_up_ns and elapsed * 2 >= plan.batch_ns:
            break
        if elapsed < plan.batch_ns and count < _MAX_BATCH:
            count *= 2
    size = max(1, round(plan.batch_ns * count / max(elapsed, 1)))
    return _batches(measure, plan, size, calls, [])


def _batches(measure: Measure, plan: Plan, size: int, calls: int, samples: list[float]) -> Series:
    spent = sum(samples)
    while (spent < plan.total_ns and len(samples) < plan.most_batches) or not samples:
        elapsed = measure(size)
        calls += size
        spent += elapsed
        samples.append(elapsed / size)
    return Series(size, tuple(samples), calls)
