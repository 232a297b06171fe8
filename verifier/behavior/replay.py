"""Declared metrics held against what was measured (level L3): the same items deterministically, others statistically.

What flows in: a declaration, local data, and something that computes the model's outputs. What flows out: one judgment
a metric, with Holm's adjustment over all of one run. A metric says nothing of inputs its data does not hold: a model
with a backdoor has the accuracy of the model without.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from verifier.behavior import recipes, statistics
from verifier.behavior.recipes import Answers, Inputs, Recipe, Score, Table
from verifier.errors import InspectionError, NotRun, UsageError
from verifier.records import Result
from verifier.records.declaration import REGIME_TOLERANCE, Metric
from verifier.records.terms import Dtype

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

PER_ITEM = REGIME_TOLERANCE[Dtype.BF16].abs
"""What arithmetic may move one prediction, absolute and relative; `MAX_TOLERANCE` of all and one more may be others."""

RATES = frozenset({"accuracy", "f1", "f1-macro"})
"""Metrics from 0 to 1; some publish percents under the same name."""

_CORRELATIONS = frozenset(recipes.RECIPES["sts"].metrics)

Committed = Callable[[Metric], "ndarray"]
"""The prediction for each item that a metric declares; raises InspectionError where it cannot be read."""

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
    metrics: Iterable[tuple[Metric, Compute]],
    data: Mapping[str, Table],
    *,
    seed: int = 0,
    committed: Committed | None = None,
) -> tuple[Judgment, ...]:
    """Measures what can be measured, and judges each metric.

    Args:
        metrics: as declared, each with what runs the model as its declaration says.
        data: what a data set is called in the declaration, or its SHA-256, to what lies on this machine.
        seed: of the order and the resampling.
        committed: reads declared predictions; None holds nothing against them.
    """
    return adjusted([_judged(metric, data, compute, seed, committed) for metric, compute in metrics])


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


def _judged(
    metric: Metric, data: Mapping[str, Table], compute: Compute, seed: int, committed: Committed | None
) -> Judgment:
    try:
        recipe, score = _recipe(metric)
        table = data.get(metric.data.sha256) or data.get(metric.data.name)
        if table is None:
            raise NotRun(f"no data is given for {metric.data.name} (--data NAME=FILE)")
        answers = _answers(metric, recipe, table, compute)
    except InspectionError as error:
        return Judgment(metric, Result.NOT_CHECKABLE, str(error))
    judgment = judged(metric, score, table, answers, seed=seed)
    same = metric.data.sha256 == table.sha256 and judgment.measured is not None
    return _item_by_item(judgment, answers.found, committed) if committed and metric.per_item and same else judgment


def _item_by_item(judgment: Judgment, found: Sequence[float], committed: Committed) -> Judgment:
    """A judgment on the declared items, contradicted too where the same number came of other predictions."""
    try:
        declared = committed(judgment.metric)
        if declared.shape != (len(found),) or declared.dtype.kind not in "iuf":
            raise NotRun("the predictions that are declared are not one number an item")
    except InspectionError as error:
        result = judgment.result if judgment.result is Result.CONTRADICTED else Result.INCONCLUSIVE
        return replace(judgment, result=result, reason=f"{judgment.reason}; {error}")
    pairs = zip(found, declared.tolist(), strict=True)
    off = sum(not math.isclose(one, other, rel_tol=PER_ITEM, abs_tol=PER_ITEM) for one, other in pairs)
    reason = f"{judgment.reason}; {off} of {len(found)} predictions are not those declared"
    told = replace(judgment, reason=reason)
    return replace(told, result=Result.CONTRADICTED) if off > MAX_TOLERANCE * len(found) + 1 else told


def _recipe(metric: Metric) -> tuple[Recipe, Score]:
    """What measures it.

    Raises:
        NotRun: nothing does, and why.
    """
    if gaps := metric.gaps():
        raise NotRun(f"it does not say {_listed(gaps)}")
    harness = metric.recipe.harness if metric.recipe else ""
    recipe = recipes.find(harness)
    if recipe is None:
        raise NotRun(f"the recipe {harness} is not built in")
    if metric.metric not in recipe.metrics:
        raise NotRun(f"{harness} does not measure {metric.metric}")
    if metric.metric in RATES and not 0 <= metric.value <= 1:
        raise NotRun(f"{metric.metric} is from 0 to 1, and {metric.value:.6g} is declared")
    return recipe, recipe.metrics[metric.metric]


def _answers(metric: Metric, recipe: Recipe, table: Table, compute: Compute) -> Answers:
    """What the model gave for each item.

    Raises:
        NotRun: it gave something else, or the data lacks a column.
    """
    columns = recipe.named(metric.recipe.arguments if metric.recipe else ())
    with _fitting(table):
        inputs = recipe.inputs(table, columns)
    outputs = compute(inputs)
    with _fitting(table):
        answers = recipe.answers(outputs, table, columns)
    if not len(answers.found) == len(answers.expected) == table.n:
        raise NotRun(f"{len(answers.found)} answers came out for {table.n} items")
    return answers


@contextmanager
def _fitting(table: Table) -> Iterator[None]:
    """Tells data and outputs that are not what a recipe takes.

    Raises:
        NotRun: they are not.
    """
    try:
        yield
    except UsageError as error:
        raise NotRun(str(error)) from error
    except (IndexError, OverflowError, TypeError, ValueError) as error:
        raise NotRun(f"what came out, or {table.name}, is not what the recipe takes") from error


def judged(metric: Metric, score: Score, table: Table, answers: Answers, *, seed: int = 0) -> Judgment:
    """A metric held against what the model gave for each item of some data.

    Args:
        metric: as declared.
        score: computes it.
        table: the data.
        answers: for its rows.
        seed: of lots that are drawn.
    """
    finite = all(map(math.isfinite, answers.found))
    value = score(answers.found, answers.expected) if finite else math.nan
    if not math.isfinite(value):
        return Judgment(
            metric, Result.INCONCLUSIVE, f"{metric.metric} is not defined on these items", data=table.sha256
        )
    interval = _interval(metric.metric, score, value, answers, seed)
    shown = f"declared {metric.value:.6g} · measured {value:.6g} [{interval[0]:.4g}, {interval[1]:.4g}] · n {table.n}"
    p_value = None
    if metric.data.sha256 == table.sha256:
        result, reason = _same_items(metric, value)
    else:
        result, reason, p_value = _other_items(metric, value, answers, interval, seed)
    return Judgment(metric, result, f"{shown} · {reason}", value, table.n, interval, p_value, table.sha256, seed)


def _same_items(metric: Metric, value: float) -> tuple[Result, str]:
    """The same file by its digest: what differs beyond rounding and arithmetic is another model or another number."""
    declared = metric.tolerance
    allowed = rounding(metric.value) + ARITHMETIC
    if declared is not None:
        allowed = max(allowed, min(declared.abs + declared.rel * abs(metric.value), MAX_TOLERANCE))
    if abs(value - metric.value) <= allowed:
        return Result.CONSISTENT, f"the declared items, within {allowed:.2g}"
    side, off = "above" if value > metric.value else "below", abs(value - metric.value)
    return Result.CONTRADICTED, f"the declared items: {side} by {off:.2g} for these bytes, more than {allowed:.2g}"


def _other_items(
    metric: Metric, value: float, answers: Answers, interval: tuple[float, float], seed: int
) -> tuple[Result, str, float | None]:
    n = len(answers.found)
    shown = f"other items, seed {seed}"
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
