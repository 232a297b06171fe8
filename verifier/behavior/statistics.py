"""What a sample says about a declared number: intervals, sequential tests, and many claims at once.

Numbers flow in and out; nothing here knows what was measured. Everything that draws lots takes its seed.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Interval of a rate (E. B. Wilson, 1927).

    Args:
        successes: of n; a rate times n, so not always whole.
        n: above 0.
        level: confidence.
    """
    z = _quantile(level)
    rate, square = successes / n, z * z / n
    center, half = rate + square / 2, z * math.sqrt((rate * (1 - rate) + square / 4) / n)
    return max(0.0, (center - half) / (1 + square)), min(1.0, (center + half) / (1 + square))


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


def _quantile(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
