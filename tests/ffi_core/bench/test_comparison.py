"""Faster, slower, or no more apart than noise: the verdict on two runs of the same call."""

from __future__ import annotations

import random
from statistics import NormalDist

import pytest

from ffi_core.bench.comparison import Sampled, Verdict, compare_runs, mann_whitney


def run(median: float, spread: float = 0.01, *, seed: int = 1, count: int = 100, **more: object) -> Sampled:
    chance = random.Random(seed)
    return Sampled(median, tuple(chance.gauss(median, spread * median) for _ in range(count)), **more)  # type: ignore[arg-type]


def test_a_clear_difference_is_told_with_its_direction_and_size() -> None:
    assert str(compare_runs(run(80.0), run(100.0, seed=2))) == "20% faster"
    assert str(compare_runs(run(130.0), run(100.0, seed=2))) == "30% slower"
    assert str(compare_runs(run(1000.0), run(100.0, seed=2))) == "10.0 times slower"
    assert str(compare_runs(run(10.0), run(100.0, seed=2))) == "10.0 times faster"


def test_swapping_the_runs_swaps_the_verdict() -> None:
    for slow in (104.0, 106.0, 120.0):
        one, other = compare_runs(run(slow), run(100.0, seed=2)), compare_runs(run(100.0, seed=2), run(slow))
        expected = {Verdict.SLOWER: Verdict.FASTER, Verdict.WITHIN_NOISE: Verdict.WITHIN_NOISE}
        assert other.verdict is expected[one.verdict]


def test_less_than_what_repeated_runs_differ_by_is_noise_however_sure_the_test_is() -> None:
    found = compare_runs(run(103.0), run(100.0, seed=2))
    assert found.p < 1e-6
    assert found.verdict is Verdict.WITHIN_NOISE


def test_a_difference_that_chance_explains_is_noise_however_large() -> None:
    found = compare_runs(run(120.0, count=2), run(100.0, seed=2, count=2))
    assert found.ratio == pytest.approx(1.2)
    assert found.verdict is Verdict.WITHIN_NOISE


def test_a_machine_that_was_not_quiet_has_to_show_more() -> None:
    assert compare_runs(run(108.0), run(100.0, seed=2)).verdict is Verdict.SLOWER
    assert compare_runs(run(108.0, quiet=False), run(100.0, seed=2)).verdict is Verdict.WITHIN_NOISE
    assert compare_runs(run(108.0, lost=0.2), run(100.0, seed=2)).verdict is Verdict.WITHIN_NOISE
    assert compare_runs(run(125.0, spread=0.5), run(100.0, spread=0.5, seed=2)).verdict is Verdict.WITHIN_NOISE


def test_the_u_test_gives_the_p_of_a_calculation_by_hand() -> None:
    # U = 0 of 16, variance 4 * 4 * 9 / 12: z = 8 / sqrt(12).
    apart = mann_whitney((1.1, 2.2, 3.3, 4.4), (5.5, 6.6, 7.7, 8.8))
    assert apart == pytest.approx(2 - 2 * NormalDist().cdf(8 / 12**0.5))
    # Ranks 1, 3, 3, 5.5, so U = 2.5 of 20; ties of 3, 2 and 2 make the variance 20 / 12 * (10 - 36 / 72).
    tied = mann_whitney((1, 2, 2, 3), (2, 3, 4, 4, 5))
    assert tied == pytest.approx(2 - 2 * NormalDist().cdf(7.5 / (20 / 12 * 9.5) ** 0.5))


def test_samples_that_are_all_equal_tell_nothing_apart() -> None:
    assert mann_whitney((5.0,) * 9, (5.0,) * 4) == 1.0
    assert mann_whitney((5.0,), (6.0,)) > 0.3


def test_by_chance_alone_the_test_is_wrong_as_often_as_it_says() -> None:
    chance = random.Random(7)
    draws = [tuple(chance.random() for _ in range(40)) for _ in range(2000)]
    below = sum(mann_whitney(one, other) < 0.05 for one, other in zip(draws[::2], draws[1::2], strict=True))
    assert 25 <= below <= 80
