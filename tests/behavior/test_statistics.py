"""Statistics against scipy, against published tables, and as properties."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.behavior import statistics as stat

RATES = st.floats(0, 1)


def test_intervals_of_rates_are_published_ones() -> None:
    """R. G. Newcombe (1998), table I: Wilson's score method."""
    for successes, n, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611)):
        assert list(stat.wilson(successes, n)) == pytest.approx([low, high], abs=5e-5)


@given(st.integers(1, 500), RATES, st.floats(0.5, 0.999))
def test_an_interval_holds_what_was_seen_and_narrows(n: int, share: float, level: float) -> None:
    successes = round(share * n)
    low, high = stat.wilson(successes, n, level)
    assert 0 <= low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= high <= 1
    wide = stat.wilson(10 * successes, 10 * n, level)
    assert wide[1] - wide[0] <= high - low + 1e-12


def test_correlations_are_those_of_scipy() -> None:
    from scipy.stats import pearsonr  # type: ignore[import-untyped]

    lots = random.Random(1)
    xs = [lots.gauss(0, 1) for _ in range(80)]
    ys = [x + lots.gauss(0, 1) for x in xs]
    result = pearsonr(xs, ys)
    interval = result.confidence_interval(0.95)
    assert list(stat.fisher_z(result.statistic, 80)) == pytest.approx([interval.low, interval.high])
    assert list(stat.fisher_z(0.872, 4200)) == pytest.approx([0.865, 0.879], abs=1e-3)
    assert stat.fisher_p_value(0.872, 4200, 0.881) < 0.02 < stat.fisher_p_value(0.872, 4200, 0.874)
    assert stat.fisher_z(1.0, 10) == (1.0, 1.0)
    assert stat.fisher_p_value(1.0, 10, 1.0) == 1.0
    assert stat.fisher_p_value(1.0, 10, 0.9) == 0.0


def test_a_bootstrap_is_the_same_for_the_same_seed() -> None:
    values = [float(i % 10) for i in range(100)]

    def mean(indexes: object) -> float:
        return sum(values[i] for i in indexes) / len(values)  # type: ignore[attr-defined]

    low, high = stat.bootstrap(mean, 100, seed=1, rounds=200)
    assert (low, high) == stat.bootstrap(mean, 100, seed=1, rounds=200)
    assert low < 4.5 < high
    assert high - low == pytest.approx(2 * 1.96 * 2.87 / 10, rel=0.3)


def test_a_sequential_test_keeps_its_error_rates_with_few_items() -> None:
    lots = random.Random(2)

    def runs(rate: float) -> list[stat.Sequential]:
        return [stat.sequential((lots.random() < rate for _ in range(20_000)), 0.95, 0.05) for _ in range(300)]

    honest, off = runs(0.95), runs(0.90)
    assert sum(run.settled is not True for run in honest) <= 9
    assert sum(run.settled is not False for run in off) <= 27
    assert sum(run.used for run in honest) / 300 < 425
    assert sum(run.used for run in off) / 300 < 425
    assert all(run.p_value <= 0.0101 for run in off if run.settled is False)


def test_a_sequential_test_sees_what_is_better_than_declared_and_what_cannot_be() -> None:
    assert stat.sequential([True] * 1000, 0.8, 0.05).settled is False
    assert stat.sequential([True, False], 1.0, 0.05) == stat.Sequential(2, 1, False, 0.0)
    assert stat.sequential([True] * 3, 0.8, 0.05).settled is None
    assert stat.sequential([True] * 200, 1.0, 0.05).settled is True
    assert stat.sequential([True], 0.5, 0.6).settled is None


def test_holm_is_the_published_procedure() -> None:
    assert stat.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert stat.holm([]) == ()


@given(st.lists(RATES))
def test_holm_never_lowers_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = stat.holm(p_values)
    assert all(p <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
    ranked = sorted(zip(p_values, adjusted, strict=True))
    assert [q for _, q in ranked] == sorted(adjusted)


@given(st.integers(0, 300), st.integers())
def test_an_order_is_one_of_all_items(n: int, seed: int) -> None:
    assert sorted(stat.order(n, seed)) == list(range(n))
    assert stat.order(n, seed) == stat.order(n, seed)
