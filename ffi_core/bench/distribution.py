"""What a list of timings says: centre, spread, extremes, outliers, shape. Pure arithmetic; it takes no time itself."""

from __future__ import annotations

import bisect
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

DRIFT_LIMIT = 0.05
"""How far, as a share of the median, the first and the second half of a steady series may lie apart."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """A series of samples in the order they were taken, summarised. Every figure has the unit of the samples.

    Parameters
    ----------
    median: the middle sample.
    mad: the median distance from the median, unscaled: half of all samples lie within it.
    minimum: the least sample.
    maximum: the greatest sample.
    p99: the 99th percentile, interpolated between neighbours.
    low_outliers: how many lie under Tukey's fence, 1.5 interquartile ranges below the first quartile.
    high_outliers: how many lie over the fence above the third quartile.
    steady: whether the halves of the series agree within `DRIFT_LIMIT`; False points at warm-up or a noisy machine.
    """

    median: float
    mad: float
    minimum: float
    maximum: float
    p99: float
    low_outliers: int
    high_outliers: int
    steady: bool

    @property
    def outliers(self) -> int:
        """How many samples lie outside Tukey's fences."""
        return self.low_outliers + self.high_outliers


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many samples are how great. Every figure but the counts has the unit of the samples.

    Parameters
    ----------
    bins: for each its lower edge, its upper edge and how many samples it holds, ascending.
    beyond: how many samples are greater than the last edge.
    maximum: the greatest sample.
    """

    bins: tuple[tuple[float, float, int], ...]
    beyond: int
    maximum: float


def summarise(samples: Sequence[float]) -> Distribution:
    """Summarise a series of samples.

    Parameters
    ----------
    samples: at least one finite number, in the order taken.

    Raises
    ------
    ValueError: where there is no sample.
    """
    if not samples:
        raise ValueError("no samples to summarise")
    ordered = sorted(samples)
    median = statistics.median(ordered)
    lower, upper = percentile(ordered, 0.25), percentile(ordered, 0.75)
    fence = 1.5 * (upper - lower)
    return Distribution(
        median=median,
        mad=statistics.median(abs(sample - median) for sample in ordered),
        minimum=ordered[0],
        maximum=ordered[-1],
        p99=percentile(ordered, 0.99),
        low_outliers=sum(sample < lower - fence for sample in ordered),
        high_outliers=sum(sample > upper + fence for sample in ordered),
        steady=_halves_agree(samples),
    )


def steady_start(samples: Sequence[float]) -> int | None:
    """Where a series becomes steady: how many samples to leave out at its start, so that the rest is of one kind.

    That is where the halves of the rest agree, and its first tenth with all of it. Tried are the series' first half, in
    steps of a tenth.

    Parameters
    ----------
    samples: in the order taken.

    Returns
    -------
    The least such number, 0 for a series that is steady as a whole; None where there is none.
    """
    starts = [len(samples) * tenth // 10 for tenth in range(6)]
    return next((start for start in starts if _begins_steadily(samples[start:])), None)


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of the samples lies, linear between neighbours (Hyndman and Fan's type 7).

    Parameters
    ----------
    ordered: at least one sample, ascending.
    share: from 0 to 1.
    """
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def histogram(samples: Sequence[float], bins: int) -> Histogram:
    """Count the samples in bins of equal width, from the least to the greatest that is no far outlier.

    Far outliers lie more than three interquartile ranges above the third quartile (Tukey), and are never more than a
    twentieth of the samples. Among the bins, one of them would press all others into a single bar.

    Parameters
    ----------
    samples: at least one sample.
    bins: how many, at least 1; there is one where all samples but those outliers are equal.
    """
    ordered = sorted(samples)
    lower, upper = percentile(ordered, 0.25), percentile(ordered, 0.75)
    reach = max(upper + 3 * (upper - lower), ordered[math.floor((len(ordered) - 1) * 0.95)])
    within = ordered[: bisect.bisect_right(ordered, reach)]
    low, high = within[0], within[-1]
    beyond, width = len(ordered) - len(within), (high - low) / bins
    if width <= 0:
        return Histogram(((low, high, len(within)),), beyond, ordered[-1])
    counts = [0] * bins
    for sample in within:
        counts[min(int((sample - low) / width), bins - 1)] += 1
    edges = [low + index * width for index in range(bins)] + [high]
    return Histogram(tuple(zip(edges, edges[1:], counts, strict=False)), beyond, ordered[-1])


def _begins_steadily(samples: Sequence[float]) -> bool:
    if not _halves_agree(samples):
        return False
    middle = statistics.median(samples)
    beginning = statistics.median(samples[: max(1, len(samples) // 10)])
    return abs(beginning - middle) <= DRIFT_LIMIT * abs(middle)


def _halves_agree(samples: Sequence[float]) -> bool:
    if len(samples) < 2:
        return False
    middle = len(samples) // 2
    drift = abs(statistics.median(samples[:middle]) - statistics.median(samples[middle:]))
    return drift <= DRIFT_LIMIT * abs(statistics.median(samples))
