"""The loop, on a clock of our own: costs are exact here, so the plan's promises are too."""

from __future__ import annotations

import pytest

from ffi_core.bench.distribution import summarise
from ffi_core.bench.loop import Plan, take_series


class SimulatedFunction:
    """A function of known cost; calls before `warm_after` cost ten times as much."""

    def __init__(self, cost_ns: float, warm_after: int = 0) -> None:
        self.cost_ns, self.warm_after = cost_ns, warm_after
        self.calls = 0
        self.clock_ns = 0

    def __call__(self, count: int) -> int:
        cold = min(count, max(0, self.warm_after - self.calls))
        self.calls += count
        elapsed = round((count + 9 * cold) * self.cost_ns)
        self.clock_ns += elapsed
        return elapsed


@pytest.mark.parametrize("cost_ns", [0.4, 8, 1_000, 999_999, 3_000_000])
def test_the_samples_are_the_cost_and_every_call_is_counted(cost_ns: float) -> None:
    function = SimulatedFunction(cost_ns)
    series = take_series(function, Plan())
    assert series.samples_ns == pytest.approx([cost_ns] * len(series.samples_ns), rel=0.01)
    assert series.calls == function.calls


@pytest.mark.parametrize("cost_ns", [0.4, 8, 1_000])
def test_a_batch_of_a_fast_function_lasts_about_as_long_as_planned(cost_ns: float) -> None:
    series = take_series(SimulatedFunction(cost_ns), Plan(batch_ns=1_000_000))
    assert series.batch_size * cost_ns == pytest.approx(1_000_000, rel=0.02)


def test_cold_calls_are_warm_up_and_no_sample() -> None:
    series = take_series(SimulatedFunction(100, warm_after=10_000), Plan())
    assert max(series.samples_ns) == pytest.approx(100)


def test_a_function_slower_than_the_whole_plan_is_called_once() -> None:
    function = SimulatedFunction(2e9)
    series = take_series(function, Plan())
    assert series.samples_ns == (2e9,)
    assert function.calls == series.calls == 1


@pytest.mark.parametrize("cost_ns", [1, 1_000, 1_000_000, 40_000_000])
def test_the_loop_keeps_within_half_of_the_time_limit(cost_ns: float) -> None:
    function = SimulatedFunction(cost_ns)
    take_series(function, Plan.within(0.2))
    assert function.clock_ns <= 0.2e9


def test_a_shortened_plan_takes_batches_of_the_same_length() -> None:
    shorter = Plan().shortened(4)
    assert (shorter.batch_ns, shorter.total_ns * 4) == (Plan().batch_ns, Plan().total_ns)


def test_a_generous_limit_does_not_make_the_run_longer() -> None:
    assert Plan.within(3600) == Plan()


def test_figures_of_a_function_of_spread_cost_are_within_five_percent_of_the_truth() -> None:
    state = {"share": 0.0}

    def measure(count: int) -> int:
        elapsed = 0.0
        for _ in range(count):
            # Steps of the golden ratio spread evenly: each call costs from 1 to 2 ms.
            state["share"] = (state["share"] + 0.6180339887498949) % 1
            elapsed += 1e6 * (1 + state["share"])
        return round(elapsed)

    found = summarise(take_series(measure, Plan()).samples_ns)
    assert found.median == pytest.approx(1.5e6, rel=0.05)
    assert found.mad == pytest.approx(0.25e6, rel=0.05)
    assert found.minimum == pytest.approx(1e6, rel=0.05)
    assert found.p99 == pytest.approx(1.99e6, rel=0.05)
    assert found.steady
    assert found.outliers == 0


def test_twenty_series_of_the_same_cost_agree_within_five_percent() -> None:
    medians = [
        summarise(take_series(SimulatedFunction(8.2, warm_after=5_000), Plan()).samples_ns).median for _ in range(20)
    ]
    assert max(medians) / min(medians) < 1.05
