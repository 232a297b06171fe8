"""Metrics against scikit-learn and scipy."""

from __future__ import annotations

import math
import random

import pytest
from scipy import stats  # type: ignore[import-untyped]
from sklearn import metrics  # type: ignore[import-untyped]

from verifier.behavior.recipes import _scores

LOTS = random.Random(3)
LABELS = [LOTS.randrange(4) for _ in range(200)]
GUESSES = [label if LOTS.random() < 0.7 else LOTS.randrange(5) for label in LABELS]
VALUES = [LOTS.randrange(20) / 4 for _ in range(200)]
ESTIMATES = [value + LOTS.gauss(0, 1) for value in VALUES]


def test_labels() -> None:
    assert _scores.accuracy(GUESSES, LABELS) == pytest.approx(metrics.accuracy_score(LABELS, GUESSES))
    assert _scores.f1_macro(GUESSES, LABELS) == pytest.approx(metrics.f1_score(LABELS, GUESSES, average="macro"))


def test_numbers() -> None:
    assert _scores.mae(ESTIMATES, VALUES) == pytest.approx(metrics.mean_absolute_error(VALUES, ESTIMATES))
    assert _scores.rmse(ESTIMATES, VALUES) == pytest.approx(metrics.root_mean_squared_error(VALUES, ESTIMATES))
    assert _scores.r2(ESTIMATES, VALUES) == pytest.approx(metrics.r2_score(VALUES, ESTIMATES))
    assert math.isnan(_scores.r2([1, 2], [3, 3]))


def test_correlations_with_ties() -> None:
    assert _scores.pearson(ESTIMATES, VALUES) == pytest.approx(stats.pearsonr(ESTIMATES, VALUES).statistic)
    assert _scores.spearman(ESTIMATES, VALUES) == pytest.approx(stats.spearmanr(ESTIMATES, VALUES).statistic)
    assert math.isnan(_scores.pearson([1, 1], [1, 2]))
