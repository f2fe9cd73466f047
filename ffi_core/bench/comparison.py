"""Two runs of the same call side by side: faster, slower, or no more apart than the machine's noise. It times nothing.

The verdict needs two things. The batches must differ beyond chance: Mann and Whitney's U test, two-sided, with the
normal approximation and the correction for ties (Annals of Mathematical Statistics 18, 1947), p below 0.01. The medians
must lie further apart than the margin: 5%, which is what two runs of the same code may differ by on a quiet machine,
or half of either run's own interquartile range where that is more, or the share of its time that a run lost to other
processes; twice as much where a machine was not quiet. The margin is what counts in practice: batches of one run
resemble each other more than those of two runs, so the test alone would call every pair of runs different.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass

from ffi_core.bench.distribution import percentile

LEAST_MARGIN = 0.05
"""What two runs of the same code may differ by on a quiet machine, as a share of the median."""
CHANCE = 0.01
"""The probability of a difference by chance below which it is taken for one."""


class Verdict(enum.StrEnum):
    """What became of a call's time."""

    FASTER = "faster"
    SLOWER = "slower"
    WITHIN_NOISE = "within noise"


@dataclass(frozen=True, slots=True)
class Sampled:
    """What a comparison needs of a run.

    Parameters
    ----------
    median_ns: its median, more than 0.
    samples_ns: its batches, at least one.
    lost: the share of its time that it lost to other processes; see `ffi_core.bench.noise.Noise`.
    quiet: whether its machine was quiet.
    """

    median_ns: float
    samples_ns: tuple[float, ...]
    lost: float = 0.0
    quiet: bool = True

    @property
    def margin(self) -> float:
        """The share by which its median may be off, as far as it can tell."""
        ordered = sorted(self.samples_ns)
        half_range = (percentile(ordered, 0.75) - percentile(ordered, 0.25)) / 2
        return max(LEAST_MARGIN, self.lost, half_range / self.median_ns) * (1 if self.quiet else 2)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A run beside an earlier one.

    Parameters
    ----------
    verdict: faster, slower, or neither.
    ratio: the new median as a multiple of the old one.
    p: the probability that batches which differ by nothing but chance differ so much.
    margin: the share beyond which a difference of the medians counts.
    """

    verdict: Verdict
    ratio: float
    p: float
    margin: float

    def __str__(self) -> str:
        """``12% faster`` or ``within noise``, with nothing around it."""
        if self.verdict is Verdict.WITHIN_NOISE:
            return self.verdict.value
        if self.ratio >= 2:
            return f"{self.ratio:.1f} times slower"
        if self.ratio <= 0.5:
            return f"{1 / self.ratio:.1f} times faster"
        return f"{abs(self.ratio - 1):.0%} {self.verdict.value}"


def compare_runs(now: Sampled, before: Sampled) -> Comparison:
    """Judge a run against an earlier one; see the module for the rule.

    Parameters
    ----------
    now: the later run.
    before: the earlier run.
    """
    ratio = now.median_ns / before.median_ns
    margin = max(now.margin, before.margin)
    p = mann_whitney(now.samples_ns, before.samples_ns)
    # Symmetric, so that swapping the runs swaps the verdict.
    apart = max(ratio, 1 / ratio) - 1 > margin
    verdict = Verdict.SLOWER if ratio > 1 else Verdict.FASTER
    return Comparison(verdict if apart and p < CHANCE else Verdict.WITHIN_NOISE, ratio, p, margin)


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> float:
    """The two-sided p of Mann and Whitney's U test, by the normal approximation with correction for ties.

    Parameters
    ----------
    one: at least one sample.
    other: likewise.
    """
    first, second = len(one), len(other)
    both = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    total = first + second
    rank_sum = ties = 0.0
    place = 0
    while place < total:
        end = place
        while end < total and both[end][0] == both[place][0]:
            end += 1
        shared = (place + 1 + end) / 2
        rank_sum += shared * sum(side == 0 for _, side in both[place:end])
        ties += (end - place) ** 3 - (end - place)
        place = end
    u = rank_sum - first * (first + 1) / 2
    variance = first * second / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    return math.erfc(abs(u - first * second / 2) / math.sqrt(2 * variance))
