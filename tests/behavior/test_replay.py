"""Declared metrics against measured ones: what is contradicted, what is not, and what cannot be said."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from verifier.behavior.recipes import RECIPES, Answers, Inputs, Table, find
from verifier.behavior.replay import Judgment, adjusted, judged, replay, rounding
from verifier.records import Result
from verifier.records.declaration import Data, Metric, Recipe, Tolerance

DIGEST, OTHER = "ab" * 32, "cd" * 32


def table(digest: str = DIGEST, **columns: Any) -> Table:
    return Table("data.npz", digest, dict(columns), len(next(iter(columns.values()))))


def metric(value: float, name: str = "accuracy", harness: str = "tabular-classification@1", **more: Any) -> Metric:
    data = Data("set", split="test", sha256=DIGEST)
    return Metric("m", data, name, value, **{"recipe": Recipe(f"builtin/{harness}"), **more})


def never(inputs: Inputs) -> np.ndarray:
    raise AssertionError("nothing needed to run")


def echo(inputs: Inputs) -> np.ndarray:
    """A classifier that takes the first feature for the label."""
    assert inputs.tensor is not None
    rows: np.ndarray = np.eye(3, dtype=np.float32)[inputs.tensor[:, 0].astype(int)]
    return rows


def labelled(right: int, n: int, digest: str = DIGEST) -> Table:
    x = np.zeros((n, 2))
    y = [0] * right + [1] * (n - right)
    return table(digest, x=x, y=random.Random(0).sample(y, n))


def one(declared: Metric, data: Table) -> Judgment:
    (judgment,) = replay([(declared, echo)], {DIGEST: data, "set": data})
    return judgment


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"recipe": None}, "it does not say the recipe"),
        ({"data": Data("set")}, "it does not say the split and the data's digest or revision"),
        (
            {"data": Data("set"), "recipe": None},
            "it does not say the split, the data's digest or revision and the recipe",
        ),
        ({"recipe": Recipe("lm-eval")}, "the recipe lm-eval is not built in"),
        ({"recipe": Recipe("builtin/sts@2")}, "the recipe builtin/sts@2 is not built in"),
        ({"metric": "bleu"}, "builtin/tabular-classification@1 does not measure bleu"),
        ({"value": 90.0}, "accuracy is from 0 to 1, and 90 is declared"),
        ({}, "no data is given for set (--data NAME=FILE)"),
    ],
)
def test_what_cannot_be_checked_says_why(more: dict[str, Any], told: str) -> None:
    (judgment,) = replay([(replace(metric(0.9), **more), never)], {})
    assert (judgment.result, judgment.reason, judgment.measured) == (Result.NOT_CHECKABLE, told, None)


def test_the_same_items_are_compared_exactly_on_both_sides() -> None:
    data = labelled(872, 1000)
    for declared, result in ((0.872, Result.CONSISTENT), (0.87, Result.CONSISTENT), (0.8717, Result.CONTRADICTED)):
        judgment = one(metric(declared), data)
        assert (judgment.result, judgment.measured, judgment.n) == (result, 0.872, 1000)
    assert one(metric(0.881), data).reason == (
        "declared 0.881 · measured 0.872 [0.8499, 0.8913] · n 1000 · the declared items: "
        "below by 0.009 for these bytes, more than 0.0006"
    )
    assert "above by 0.022" in one(metric(0.85), data).reason
    assert one(metric(0.881, tolerance=Tolerance(0.5)), data).result is Result.CONSISTENT
    assert one(metric(0.861, tolerance=Tolerance(0.5)), data).result is Result.CONTRADICTED


def test_a_correlation_as_an_abstract_gives_it_is_contradicted_for_the_shipped_bytes() -> None:
    """Declared 0.881, as for a lexicon of sentiments and its own file of 4,200 tweets, which measures 0.872."""
    expected = np.random.default_rng(5).standard_normal(4200)
    noise = np.random.default_rng(6).standard_normal(4200)
    expected -= expected.mean()
    noise -= noise.mean()
    noise -= expected * (noise @ expected) / (expected @ expected)
    found = 0.872 * expected / expected.std() + (1 - 0.872**2) ** 0.5 * noise / noise.std()
    declared = metric(0.881, "pearson", "regression@1")
    data = table(x=expected, y=expected)
    judgment = judged(declared, RECIPES["regression"].metrics["pearson"], data, Answers(list(found), list(expected)))
    assert judgment.result is Result.CONTRADICTED
    assert judgment.reason.startswith("declared 0.881 · measured 0.872 [0.8646, 0.879")
    assert list(judgment.interval or ()) == pytest.approx([0.865, 0.879], abs=1e-3)


def test_other_items_are_tested_sequentially() -> None:
    for declared, right, result in (
        (0.975, 975, Result.CONSISTENT),
        (0.975, 880, Result.CONTRADICTED),
        (0.8, 950, Result.CONTRADICTED),
    ):
        judgment = one(metric(declared), labelled(right, 1000, OTHER))
        assert judgment.result is result
        assert judgment.p_value is not None
        assert "other items, seed 0; settled after" in judgment.reason
        assert "errors of 1% and 5%, off by 0.05" in judgment.reason
    few = one(metric(0.9), labelled(9, 10, OTHER))
    assert (few.result, few.data) == (Result.INCONCLUSIVE, OTHER)


def test_correlations_on_other_items_by_fisher() -> None:
    lots = random.Random(4)
    xs = [lots.gauss(0, 1) for _ in range(4000)]
    ys = [x + lots.gauss(0, 1) for x in xs]
    answers, data = Answers(xs, ys), table(OTHER, x=xs)
    score = RECIPES["sts"].metrics["pearson"]
    for declared, result in ((0.707, Result.CONSISTENT), (0.8, Result.CONTRADICTED)):
        assert judged(metric(declared, "pearson", "sts@1"), score, data, answers).result is result
    few = judged(metric(0.7, "pearson", "sts@1"), score, table(OTHER, x=xs[:20]), Answers(xs[:20], ys[:20]))
    assert few.result is Result.INCONCLUSIVE
    flat = judged(metric(0.7, "pearson", "sts@1"), score, data, Answers([1.0] * 4000, ys))
    assert (flat.result, flat.reason) == (Result.INCONCLUSIVE, "pearson is not defined on these items")


def test_errors_on_other_items_are_shown_with_an_interval_and_settle_nothing() -> None:
    answers = Answers([0.0] * 50, [float(i % 5) for i in range(50)])
    score = RECIPES["regression"].metrics["mae"]
    judgment = judged(metric(2.0, "mae", "regression@1"), score, table(OTHER, y=[0] * 50), answers, seed=3)
    assert (judgment.result, judgment.seed, judgment.p_value) == (Result.INCONCLUSIVE, 3, None)
    assert "other items, seed 3, which holds the declared value" in judgment.reason


def test_among_many_claims_one_must_be_further_off() -> None:
    contradicted = [Judgment(metric(0.9), Result.CONTRADICTED, "off", p_value=p) for p in (0.004, 1e-9, 0.5)]
    first, second, _ = adjusted(contradicted)
    assert first.result is Result.CONTRADICTED
    assert first.p_value == pytest.approx(0.008)
    assert second.p_value == pytest.approx(3e-9)
    first, *_ = adjusted([*contradicted, contradicted[2]])
    assert first.reason == "off; among 4 claims that is not enough"
    assert first.result is Result.INCONCLUSIVE


def test_recipes_take_texts_pairs_and_tokens() -> None:
    sts = find("builtin/sts@1")
    assert sts is not None
    data = table(sentence1=["a", "b"], sentence2=["c", "d"], score=[5, 0])
    assert sts.inputs(data, sts.named(())).texts == ("a", "b", "c", "d")
    answers = sts.answers(np.array([[1, 0], [1, 0], [2, 0], [0, 3]], np.float32), data, sts.named(()))
    assert (answers.found, answers.expected) == ([1, 0], [5, 0])

    words = find("builtin/language-identification@1")
    assert words is not None
    data = table(sentence=["a", "b"], label=["1", "0"])
    columns = words.named((("text", "sentence"), ("threshold", 0.5)))
    assert words.inputs(data, columns).texts == ("a", "b")
    assert words.answers(np.array([[0, 1], [0, 1]]), data, columns) == Answers([1, 1], [1, 0])

    following = find("builtin/next-token@1")
    assert following is not None
    data = table(text=["a", "b"], next=[1, 0])
    answers = following.answers(np.array([[-3.0, -1.0], [-2.0, -4.0]]), data, following.named(()))
    assert following.metrics["log-probability"](answers.found, answers.expected) == -1.5

    numbers = find("builtin/regression@1")
    assert numbers is not None
    data = table(x=[[1.0], [2.0]], y=[1, 2])
    assert numbers.answers(np.array([[1.0], [2.5]]), data, numbers.named(())) == Answers([1.0, 2.5], [1, 2])
    assert find("builtin/magic@1") is None


def test_rounding_is_half_of_the_last_decimal() -> None:
    assert [rounding(value) for value in (0.881, 0.9, 0.775825, 1e-9, 95)] == pytest.approx(
        [5e-4, 5e-3, 5e-7, 5e-7, 5e-3]
    )
