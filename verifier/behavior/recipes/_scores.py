"""Metrics of what a model gave against what the data says, each a plain function of both."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from statistics import StatisticsError, correlation, fmean
from types import MappingProxyType
from typing import Any

Score = Callable[[Sequence[Any], Sequence[Any]], float]
"""Found and expected, of the same length; NaN where it is not defined."""


def accuracy(found: Sequence[object], expected: Sequence[object]) -> float:
    """The share of items found right."""
    return fmean(one == other for one, other in zip(found, expected, strict=True))


def f1_macro(found: Sequence[object], expected: Sequence[object]) -> float:
    """The unweighted mean over all labels of the harmonic mean of precision and recall."""
    right = Counter(one for one, other in zip(found, expected, strict=True) if one == other)
    given, there = Counter(found), Counter(expected)
    return fmean(2 * right[label] / (given[label] + there[label]) for label in given.keys() | there.keys())


def pearson(found: Sequence[float], expected: Sequence[float]) -> float:
    """The product-moment correlation."""
    return _correlation(found, expected)


def spearman(found: Sequence[float], expected: Sequence[float]) -> float:
    """The correlation of ranks, ties sharing their mean rank."""
    return _correlation(_ranks(found), _ranks(expected))


def mae(found: Sequence[float], expected: Sequence[float]) -> float:
    """The mean absolute error."""
    return fmean(abs(one - other) for one, other in zip(found, expected, strict=True))


def mse(found: Sequence[float], expected: Sequence[float]) -> float:
    """The mean squared error."""
    return fmean((one - other) ** 2 for one, other in zip(found, expected, strict=True))


def rmse(found: Sequence[float], expected: Sequence[float]) -> float:
    """The root of the mean squared error."""
    return math.sqrt(mse(found, expected))


def r2(found: Sequence[float], expected: Sequence[float]) -> float:
    """The share of the variance that is explained."""
    middle = fmean(expected)
    spread = fmean((one - middle) ** 2 for one in expected)
    return 1 - mse(found, expected) / spread if spread else math.nan


def mean(found: Sequence[float], _expected: Sequence[object]) -> float:
    """The mean of what was found."""
    return fmean(found)


LABELS: Mapping[str, Score] = MappingProxyType({"accuracy": accuracy, "f1": f1_macro, "f1-macro": f1_macro})
NUMBERS: Mapping[str, Score] = MappingProxyType(
    {
        "mae": mae,
        "mse": mse,
        "pearson": pearson,
        "r2": r2,
        "rmse": rmse,
        "spearman": spearman,
    }
)
SIMILARITY: Mapping[str, Score] = MappingProxyType(
    {
        **dict.fromkeys(("pearson", "cosine_pearson", "cos_sim_pearson"), pearson),
        **dict.fromkeys(("spearman", "cosine_spearman", "cos_sim_spearman"), spearman),
    }
)
LIKELIHOOD: Mapping[str, Score] = MappingProxyType({"log-probability": mean})


def _correlation(found: Sequence[float], expected: Sequence[float]) -> float:
    try:
        return correlation(found, expected)
    except StatisticsError:
        return math.nan


def _ranks(values: Sequence[float]) -> list[float]:
    order = sorted(range(len(values)), key=lambda index: values[index])
    ranks, start = [0.0] * len(values), 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for index in order[start:end]:
            ranks[index] = (start + end - 1) / 2
        start = end
    return ranks
