"""The figures of a quick run are those of known distributions."""

from __future__ import annotations

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffi_core.bench.distribution import Histogram, histogram, percentile, steady_start, summarise

finite = st.floats(min_value=0.1, max_value=1e12)


def test_figures_of_a_normal_distribution_are_within_five_percent_of_the_truth() -> None:
    chance = random.Random(1)
    found = summarise([chance.gauss(100, 10) for _ in range(4000)])
    assert found.median == pytest.approx(100, rel=0.05)
    # A normal distribution's median absolute deviation is 0.6745 of its standard deviation, its p99 lies 2.326 above.
    assert found.mad == pytest.approx(6.745, rel=0.05)
    assert found.p99 == pytest.approx(123.26, rel=0.05)
    assert found.steady


def test_a_slow_tail_is_named_and_leaves_the_median_alone() -> None:
    found = summarise([10.0, 10.1, 9.9, 10.05, 9.95] * 19 + [1000.0] * 5)
    assert found.median == pytest.approx(10, rel=0.01)
    assert (found.high_outliers, found.low_outliers, found.outliers) == (5, 0, 5)
    assert found.maximum == 1000


def test_a_fast_stray_is_a_low_outlier() -> None:
    assert summarise([10.0, 10.1, 9.9, 10.05, 9.95] * 5 + [1.0]).low_outliers == 1


def test_a_drifting_series_is_not_steady() -> None:
    assert not summarise([100.0 - place for place in range(50)]).steady
    assert summarise([100.0, 101.0] * 25).steady


def test_one_sample_is_its_own_summary_and_proves_nothing_about_drift() -> None:
    found = summarise([7.0])
    assert (found.median, found.mad, found.minimum, found.maximum, found.p99) == (7, 0, 7, 7, 7)
    assert not found.steady


def test_nothing_has_no_summary() -> None:
    with pytest.raises(ValueError, match="no samples"):
        summarise([])


@given(st.lists(finite, min_size=2, max_size=60))
def test_percentiles_agree_with_the_standard_library(samples: list[float]) -> None:
    ordered = sorted(samples)
    cuts = statistics.quantiles(ordered, n=100, method="inclusive")
    assert percentile(ordered, 0.25) == pytest.approx(cuts[24])
    assert percentile(ordered, 0.99) == pytest.approx(cuts[98])


@given(st.lists(finite, min_size=1, max_size=60), st.integers(min_value=1, max_value=20))
def test_a_histogram_counts_every_sample_once(samples: list[float], bins: int) -> None:
    counted = histogram(samples, bins)
    last = counted.bins[-1][1]
    assert sum(count for _, _, count in counted.bins) == sum(sample <= last for sample in samples)
    assert counted.beyond == sum(sample > last for sample in samples)
    assert (counted.bins[0][0], counted.maximum) == (min(samples), max(samples))
    assert all(low <= high for low, high, _ in counted.bins)


@given(st.lists(finite, min_size=1, max_size=60))
def test_a_histogram_leaves_out_no_more_than_a_twentieth(samples: list[float]) -> None:
    assert histogram(samples, 8).beyond <= math.ceil(len(samples) / 20)


@pytest.mark.parametrize("count", [12, 30, 200])
@pytest.mark.parametrize("outlier", [30.0, 1e9])
def test_an_outlier_changes_nothing_in_a_histogram_but_what_lies_beyond(count: int, outlier: float) -> None:
    usual = [10.0 + index / count for index in range(count)]
    counted = histogram([*usual, outlier], 8)
    assert counted.bins == histogram(usual, 8).bins
    assert (counted.beyond, counted.maximum) == (1, outlier)


def test_samples_that_all_but_an_outlier_are_equal_make_one_bin() -> None:
    assert histogram([5.0] * 30 + [90.0], 8) == Histogram(((5.0, 5.0, 30),), 1, 90.0)


def test_a_second_kind_of_call_is_no_outlier() -> None:
    counted = histogram([10.0] * 90 + [100.0] * 10, 9)
    assert [count for _, _, count in counted.bins] == [90, 0, 0, 0, 0, 0, 0, 0, 10]
    assert counted.beyond == 0


def test_a_series_that_is_steady_from_the_start_is_left_whole() -> None:
    assert steady_start([5.0] * 40) == 0


def test_what_comes_before_the_steady_state_is_left_out() -> None:
    warming = [9.0] * 6 + [8.0] * 6
    start = steady_start([*warming, *[5.0] * 28])
    assert start == 12


def test_a_series_that_never_becomes_steady_says_so() -> None:
    assert steady_start([float(number) for number in range(100, 200, 2)]) is None
    assert steady_start([*[9.0] * 30, *[5.0] * 10]) is None
    assert steady_start([5.0]) is None
