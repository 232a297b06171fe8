"""What a sample says about a declared number: tails, intervals, sequential tests, and many claims at once.

Numbers flow in and out; nothing here knows what was measured. Everything that draws lots takes its seed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist


def binomial_tail(successes: int, n: int, rate: float) -> float:
    """P(X <= successes) of n independent items, each a success with probability `rate`."""
    if successes >= n or rate <= 0:
        return 1.0
    if successes < 0 or rate >= 1:
        return 0.0
    up, down = math.log(rate), math.log1p(-rate)
    return _sum(_choose(n, k) + k * up + (n - k) * down for k in range(successes + 1))


def hypergeometric_tail(successes: int, population: int, right: int, n: int) -> float:
    """P(X <= successes) of n items drawn without replacement from a population of which `right` are successes."""
    low, high = max(0, n - (population - right)), min(n, right)
    if successes >= high:
        return 1.0
    total = _choose(population, n)
    return _sum(
        _choose(right, k) + _choose(population - right, n - k) - total for k in range(low, max(low, successes + 1))
    )


def rate_p_value(successes: int, n: int, declared: float, population: int = 0) -> float:
    """How probable a rate at least so far from the declared one is, on either side (twice the smaller tail).

    Args:
        successes: of the items looked at.
        n: items looked at.
        declared: the rate.
        population: items in the named finite split they were drawn from without replacement; 0 is any others.
    """
    if population:
        right = round(declared * population)
        lower = hypergeometric_tail(successes, population, right, n)
        below = hypergeometric_tail(successes - 1, population, right, n)
    else:
        lower, below = binomial_tail(successes, n, declared), binomial_tail(successes - 1, n, declared)
    return min(1.0, 2 * min(lower, 1 - below))


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Interval of a rate (E. B. Wilson, 1927).

    Args:
        successes: of n; both may be effective numbers.
        n: above 0.
        level: confidence.
    """
    z = _quantile(level)
    rate, square = successes / n, z * z / n
    center, half = rate + square / 2, z * math.sqrt((rate * (1 - rate) + square / 4) / n)
    return max(0.0, (center - half) / (1 + square)), min(1.0, (center + half) / (1 + square))


def effective(n: int, population: int) -> float:
    """As how many independent items n count that were drawn from a finite population without replacement."""
    return n * (population - 1) / (population - n) if population > n else math.inf


def fisher_z(correlation: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Interval of a correlation of n > 3 pairs (R. A. Fisher, 1921)."""
    if abs(correlation) >= 1:
        return correlation, correlation
    middle, half = math.atanh(correlation), _quantile(level) / math.sqrt(n - 3)
    return math.tanh(middle - half), math.tanh(middle + half)


def fisher_p_value(correlation: float, n: int, declared: float) -> float:
    """How probable a correlation of n > 3 pairs at least so far from the declared one is, on either side."""
    if max(abs(correlation), abs(declared)) >= 1:
        return 1.0 if correlation == declared else 0.0
    z = abs(math.atanh(correlation) - math.atanh(declared)) * math.sqrt(n - 3)
    return 2 * NormalDist().cdf(-z)


def bootstrap(
    statistic: Callable[[Sequence[int]], float], n: int, *, seed: int, rounds: int = 1000, level: float = 0.95
) -> tuple[float, float]:
    """Percentile interval of a statistic (B. Efron, 1979).

    Args:
        statistic: of the items with these indexes, which may repeat.
        n: items.
        seed: of the draws; the same gives the same interval.
        rounds: draws.
        level: confidence.
    """
    lots = random.Random(seed)  # noqa: S311 - to be drawn again, not to be kept secret
    values = sorted(statistic(lots.choices(range(n), k=n)) for _ in range(rounds))
    cut = round((1 - level) / 2 * (rounds - 1))
    return values[cut], values[rounds - 1 - cut]


def order(n: int, seed: int) -> list[int]:
    """The indexes of n items in the order that belongs to a seed."""
    return random.Random(seed).sample(range(n), n)  # noqa: S311


@dataclass(frozen=True, slots=True)
class Sequential:
    """What a sequential test came to.

    Args:
        used: items looked at.
        successes: of them.
        settled: True the declared rate, False another, None neither yet.
        p_value: of the declared rate, valid whenever one stops: one over the largest likelihood ratio against it
            (J. Ville, 1939), for both sides.
    """

    used: int
    successes: int
    settled: bool | None
    p_value: float


def sequential(
    outcomes: Iterable[bool], declared: float, off_by: float, *, alpha: float = 0.01, beta: float = 0.05
) -> Sequential:
    """Wald's sequential probability ratio test (1945) of a rate against one lower and one higher by `off_by`.

    Stops as soon as either rate is so much more probable than the declared one, or both so much less.

    Args:
        outcomes: of items in an order that has nothing to do with them; no more are taken than are needed.
        declared: the rate.
        off_by: how far off it matters, above 0.
        alpha: probability of refuting a rate that is true.
        beta: probability of taking a rate for true that is off by `off_by`.
    """
    others = [rate for rate in (declared - off_by, declared + off_by) if 0 < rate < 1] or [0.5]
    steps = [(_ratio(rate, declared), _ratio(1 - rate, 1 - declared)) for rate in others]
    ratios, largest = [0.0] * len(others), 0.0
    refuted, accepted = math.log(2 / alpha), math.log(beta)
    used = successes = 0
    for outcome in outcomes:
        used, successes = used + 1, successes + outcome
        ratios = [ratio + step[not outcome] for ratio, step in zip(ratios, steps, strict=True)]
        largest = max(largest, *ratios)
        settled = False if largest >= refuted else True if max(ratios) <= accepted else None
        if settled is not None:
            return Sequential(used, successes, settled, min(1.0, 2 * math.exp(-largest)))
    return Sequential(used, successes, None, min(1.0, 2 * math.exp(-largest)))


def audit_items(mismatch: float, confidence: float = 0.95) -> int:
    """Items to draw so that one of a share `mismatch` of wrong ones is among them with that confidence."""
    return math.ceil(math.log1p(-confidence) / math.log1p(-mismatch))


def most_mismatching(n: int, confidence: float = 0.95) -> float:
    """The largest share of wrong items that n right ones in a row leave possible with that confidence."""
    return -math.expm1(math.log1p(-confidence) / n)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p-values of one run adjusted for being many (S. Holm, 1979), in their order."""
    adjusted, worst = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        worst = max(worst, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = worst
    return tuple(adjusted)


def _ratio(one: float, other: float) -> float:
    """The logarithm of one over the other; what cannot happen under the other refutes it."""
    return math.log(one / other) if other > 0 else math.inf


def _choose(n: int, k: int) -> float:
    """The logarithm of the binomial coefficient; of none, minus infinity."""
    if not 0 <= k <= n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _sum(logarithms: Iterable[float]) -> float:
    return min(1.0, math.fsum(math.exp(one) for one in logarithms))


def _quantile(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
