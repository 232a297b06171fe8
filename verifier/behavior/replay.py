"""Declared metrics held against what was measured (level L3): the same items deterministically, others statistically.

What flows in: a declaration, local data, and something that computes the model's outputs. What flows out: one judgment
a metric, with Holm's adjustment over all of one run. A metric says nothing of inputs its data does not hold: a model
with a backdoor has the accuracy of the model without.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from verifier.behavior import recipes, statistics
from verifier.behavior.recipes import Answers, Inputs, Recipe, Score, Table
from verifier.records import Result
from verifier.records.declaration import Metric

if TYPE_CHECKING:
    from numpy import ndarray

ALPHA = 0.01
"""Probability that a run contradicts any of several true claims."""

BETA = 0.05
"""Probability that a rate off by `OFF_BY` is taken for consistent."""

OFF_BY = 0.05
"""How far off a rate matters that is measured on other items."""

MAX_TOLERANCE = 0.01
"""The largest tolerance an author may declare for a replay on the same items."""

ARITHMETIC = 1e-4
"""What arithmetic may move a score on the same items; embedding scores were measured to be within 4e-5."""

CANNOT_SEE = (
    "A metric says nothing of inputs its data does not hold: a model with a backdoor has the accuracy of one without."
)
"""What stands beside every metric that is consistent."""

_CORRELATIONS = frozenset(recipes.RECIPES["sts"].metrics)

Compute = Callable[[Inputs], "ndarray"]
"""Runs the model on inputs and gives its first output; raises what its runner raises."""


@dataclass(frozen=True, slots=True)
class Judgment:
    """What became of a declared metric.

    Args:
        metric: as declared.
        result: the verdict.
        reason: one sentence.
        measured: the value; None where it was not measured.
        n: items measured on.
        interval: of the value at 95 %; None for metrics without.
        p_value: of the declared value, adjusted within the run; None for what was not statistical.
        data: SHA-256 of the file measured on.
        seed: of lots drawn.
    """

    metric: Metric
    result: Result
    reason: str
    measured: float | None = None
    n: int = 0
    interval: tuple[float, float] | None = None
    p_value: float | None = None
    data: str = ""
    seed: int = 0


def replay(
    metrics: Iterable[Metric], data: Mapping[str, Table], compute: Compute, *, seed: int = 0
) -> tuple[Judgment, ...]:
    """Measures what can be measured, and judges each metric.

    Args:
        metrics: as declared.
        data: what a data set is called in the declaration, or its SHA-256, to what lies on this machine.
        compute: runs the model.
        seed: of the order and the resampling.

    Raises:
        UsageError: data has not the columns that a recipe needs.
    """
    return adjusted([_judged(metric, data, compute, seed) for metric in metrics])


def adjusted(judgments: Sequence[Judgment]) -> tuple[Judgment, ...]:
    """The judgments of one run, the statistical ones contradicted only where that holds for all of them together."""
    places = [place for place, one in enumerate(judgments) if one.p_value is not None]
    told = list(judgments)
    for place, p_value in zip(places, statistics.holm([judgments[i].p_value or 0.0 for i in places]), strict=True):
        one = replace(told[place], p_value=p_value)
        if one.result is Result.CONTRADICTED and p_value >= ALPHA:
            reason = f"{one.reason}; among {len(places)} claims that is not enough"
            one = replace(one, result=Result.INCONCLUSIVE, reason=reason)
        told[place] = one
    return tuple(told)


def _judged(metric: Metric, data: Mapping[str, Table], compute: Compute, seed: int) -> Judgment:
    if gaps := metric.gaps():
        return Judgment(metric, Result.NOT_CHECKABLE, f"it does not say {_listed(gaps)}")
    harness = metric.recipe.harness if metric.recipe else ""
    recipe = recipes.find(harness)
    if recipe is None:
        return Judgment(metric, Result.NOT_CHECKABLE, f"the recipe {harness} is not built in")
    if metric.metric not in recipe.metrics:
        return Judgment(metric, Result.NOT_CHECKABLE, f"{harness} does not measure {metric.metric}")
    table = data.get(metric.data.sha256) or data.get(metric.data.name)
    if table is None:
        return Judgment(metric, Result.NOT_CHECKABLE, f"no data is given for {metric.data.name}")
    return judged(metric, recipe.metrics[metric.metric], table, _answers(metric, recipe, table, compute), seed=seed)


def _answers(metric: Metric, recipe: Recipe, table: Table, compute: Compute) -> Answers:
    columns = recipe.named(metric.recipe.arguments if metric.recipe else ())
    return recipe.answers(compute(recipe.inputs(table, columns)), table, columns)


def judged(metric: Metric, score: Score, table: Table, answers: Answers, *, seed: int = 0) -> Judgment:
    """A metric held against what the model gave for each item of some data.

    Args:
        metric: as declared.
        score: computes it.
        table: the data.
        answers: for its rows.
        seed: of lots that are drawn.
    """
    value = score(answers.found, answers.expected)
    if not math.isfinite(value):
        return Judgment(
            metric, Result.INCONCLUSIVE, f"{metric.metric} is not defined on these items", data=table.sha256
        )
    found = partial(Judgment, metric, measured=value, n=table.n, data=table.sha256, seed=seed)
    interval = _interval(metric.metric, score, value, answers, seed)
    if metric.data.sha256 == table.sha256:
        result, reason = _same_items(metric, value)
        return found(result, reason, interval=interval)
    result, reason, p_value = _other_items(metric, value, answers, interval, seed)
    return found(result, reason, interval=interval, p_value=p_value)


def _same_items(metric: Metric, value: float) -> tuple[Result, str]:
    """The same file by its digest: what differs beyond rounding and arithmetic is another model or another number."""
    declared = metric.tolerance
    allowed = rounding(metric.value) + ARITHMETIC
    if declared is not None:
        allowed = max(allowed, min(declared.abs + declared.rel * abs(metric.value), MAX_TOLERANCE))
    shown = f"declared {metric.value:.6g}, measured {value:.6g} for these bytes on the declared data"
    if abs(value - metric.value) <= allowed:
        return Result.CONSISTENT, f"{shown}, within {allowed:.2g}"
    side = "better" if value > metric.value else "lower"
    return Result.CONTRADICTED, f"{shown}: {side} by {abs(value - metric.value):.2g}, more than {allowed:.2g}"


def _other_items(
    metric: Metric, value: float, answers: Answers, interval: tuple[float, float], seed: int
) -> tuple[Result, str, float | None]:
    n = len(answers.found)
    shown = f"declared {metric.value:.6g}, measured {value:.6g} [{interval[0]:.4g}, {interval[1]:.4g}] on other items"
    if metric.metric == "accuracy":
        order = statistics.order(n, seed)
        right = (answers.found[i] == answers.expected[i] for i in order)
        run = statistics.sequential(right, metric.value, OFF_BY, alpha=ALPHA, beta=BETA)
        shown += f"; settled after {run.used} of {n} items" if run.settled is not None else ""
        result = {True: Result.CONSISTENT, False: Result.CONTRADICTED, None: Result.INCONCLUSIVE}[run.settled]
        return result, f"{shown} (errors of {ALPHA:.0%} and {BETA:.0%}, off by {OFF_BY})", run.p_value
    if metric.metric in _CORRELATIONS and n > 3:
        p_value = statistics.fisher_p_value(value, n, metric.value)
        close = max(abs(bound - metric.value) for bound in interval) <= OFF_BY
        result = Result.CONTRADICTED if p_value < ALPHA else Result.CONSISTENT if close else Result.INCONCLUSIVE
        return result, shown, p_value
    inside = interval[0] <= metric.value <= interval[1]
    return Result.INCONCLUSIVE, f"{shown}, which {'holds' if inside else 'does not hold'} the declared value", None


def _interval(metric: str, score: Score, value: float, answers: Answers, seed: int) -> tuple[float, float]:
    """At 95 %: Wilson's of a rate, Fisher's of a correlation, else by resampling."""
    n = len(answers.found)
    if metric == "accuracy":
        return statistics.wilson(value * n, n)
    if metric in _CORRELATIONS and n > 3:
        return statistics.fisher_z(value, n)

    def again(indexes: Sequence[int]) -> float:
        return score([answers.found[i] for i in indexes], [answers.expected[i] for i in indexes])

    return statistics.bootstrap(again, n, seed=seed, rounds=200)


def rounding(value: float) -> float:
    """Half a unit of the last decimal that was written, at most half a percent."""
    digits = len(f"{value!r}".partition(".")[2]) if "e" not in f"{value!r}" else 6
    return min(0.005, 0.5 / 10.0**digits)


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]
