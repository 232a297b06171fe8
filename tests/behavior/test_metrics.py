"""Declared metrics through a runner: what is run how often, and what comes of runs that give something else."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from verifier.behavior import metrics
from verifier.behavior.recipes import Table
from verifier.behavior.runner import Job, Model, Ran
from verifier.behavior.sandbox import Mode
from verifier.errors import NotRun, SourceError
from verifier.records import Comparison, Fact, Result
from verifier.records.declaration import Data, DataFile, Declaration, Metric, Recipe, Regime

DATA = Table("data.npz", "ab" * 32, {"x": [[0, 0]] * 4, "y": [0, 0, 0, 1], "text": ["a", "b", "c", "d"]}, 4)
MODEL = Model(Path("model"), ("model.safetensors", "answers.npy"))


def declared(
    *names: str, harness: str = "image-classification", entry: str = "mlp-relu", value: float = 0.75
) -> Declaration:
    data = Data("set", split="test", sha256=DATA.sha256)
    answers = DataFile("answers.npy", "")
    recipe = Recipe(f"builtin/{harness}@1")
    measured = tuple(Metric(name, data, name, value, recipe, per_item=answers) for name in names)
    return Declaration(regime=Regime(entry=entry), metrics=measured, source="behavior.yaml")


class Runs:
    """Gives the same output for everything, and counts."""

    def __init__(self, *outputs: np.ndarray) -> None:
        self.outputs = {str(place): array for place, array in enumerate(outputs)}
        self.jobs: list[Job] = []
        self.models: list[Model] = []

    def __call__(self, model: Model, job: Job) -> Ran:
        self.jobs.append(job)
        self.models.append(model)
        return Ran(self.outputs, {"torch": "1"}, Mode.NONE, 0.1)


def measured(declaration: Declaration, run: metrics.Run) -> tuple[list[Fact], list[Comparison]]:
    found = list(metrics.measure([declaration], {"set": DATA}, MODEL, run))
    return [one for one in found if isinstance(one, Fact)], [one for one in found if isinstance(one, Comparison)]


def test_metrics_on_the_same_inputs_run_once_and_facts_say_what_was_measured() -> None:
    run = Runs(np.eye(4, 2, dtype=np.float32) * [[1, 0]])
    facts, compared = measured(declared("accuracy", "f1"), run)
    assert len(run.jobs) == 1
    assert run.models[0].files == ("model.safetensors",)
    assert [one.result for one in compared] == [Result.CONSISTENT, Result.CONTRADICTED]
    assert compared[0].facts == (facts[0],)
    name, value, n, interval, p_value, seed, *rest = facts[0].value if isinstance(facts[0].value, tuple) else ()
    assert (name, value, n, p_value, seed) == ("accuracy", 0.75, 4, None, 0)
    assert interval == pytest.approx((0.3006, 0.9544), abs=1e-4)
    assert rest == ["ab" * 32, "none", "torch 1"]


@pytest.mark.parametrize(
    ("outputs", "told"),
    [
        ([], "nothing came out"),
        ([np.zeros((3, 2))], "3 answers came out for 4 items"),
        ([np.zeros(())], "what came out, or data.npz, is not what the recipe takes"),
        ([np.zeros((4, 2, 2))], "what came out, or data.npz, is not what the recipe takes"),
    ],
)
def test_outputs_of_another_shape_are_no_measurement(outputs: list[np.ndarray], told: str) -> None:
    facts, (compared,) = measured(declared("accuracy"), Runs(*outputs))
    assert not facts
    assert (compared.result, compared.reason) == (Result.NOT_CHECKABLE, f"accuracy: accuracy: {told}")


def test_numbers_that_are_not_finite_are_no_measurement() -> None:
    facts, (compared,) = measured(declared("mse", harness="regression"), Runs(np.full((4, 1), np.inf)))
    assert (facts, compared.result) == ([], Result.INCONCLUSIVE)


@pytest.mark.parametrize(
    ("declaration", "told"),
    [
        (declared("accuracy", entry="sentence-embedding"), "the recipe gives tensors, which sentence-embedding"),
        (declared("accuracy", harness="classification"), "the recipe gives texts, which mlp-relu does not take"),
        (declared("accuracy", entry=""), "nothing says how to run it (regime.entry)"),
        (declared("spearman", harness="sts"), "data.npz has no column 'sentence1'. It has text, x, y."),
    ],
)
def test_what_does_not_fit_says_why(declaration: Declaration, told: str) -> None:
    _, (compared,) = measured(declaration, Runs())
    assert compared.result is Result.NOT_CHECKABLE
    assert told in compared.reason


def test_a_run_that_fails_is_no_difference() -> None:
    def fails(_model: Model, _job: Job) -> Ran:
        raise NotRun("it took too long")

    _, (compared,) = measured(declared("accuracy"), fails)
    assert (compared.result, compared.reason) == (Result.NOT_CHECKABLE, "accuracy: accuracy: it took too long")


def answers(array: np.ndarray) -> bytes:
    file = BytesIO()
    np.save(file, array)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "result", "told"),
    [
        (answers(np.array([0, 0, 0, 0])), Result.CONSISTENT, "; 0 of 4 predictions are not those declared"),
        (answers(np.array([0, 0, 0, 1])), Result.CONSISTENT, "; 1 of 4 predictions are not those declared"),
        (answers(np.array([0, 0, 1, 1])), Result.CONTRADICTED, "; 2 of 4 predictions are not those declared"),
        (
            answers(np.zeros((4, 1))),
            Result.INCONCLUSIVE,
            "the predictions that are declared are not one number an item",
        ),
        (answers(np.array(["a"] * 4)), Result.INCONCLUSIVE, "are not one number an item"),
        (b"", Result.INCONCLUSIVE, "answers.npy is no file of numbers"),
    ],
)
def test_the_same_accuracy_of_other_predictions_is_another_model(content: bytes, result: Result, told: str) -> None:
    run = Runs(np.eye(4, 2, dtype=np.float32) * [[1, 0]])
    *_, compared = metrics.measure(
        [declared("accuracy")], {"set": DATA}, MODEL, run, {"answers.npy": content}.__getitem__
    )
    assert isinstance(compared, Comparison)
    assert compared.result is result
    assert compared.reason.endswith(told)


def test_declared_predictions_that_are_not_there_are_told() -> None:
    def absent(path: str) -> bytes:
        raise SourceError(f"{path} is not there.")

    run = Runs(np.eye(4, 2, dtype=np.float32) * [[1, 0]])
    for value, result in ((0.75, Result.INCONCLUSIVE), (0.5, Result.CONTRADICTED)):
        *_, compared = metrics.measure([declared("accuracy", value=value)], {"set": DATA}, MODEL, run, absent)
        assert isinstance(compared, Comparison)
        assert compared.result is result
        assert compared.reason.endswith("; the predictions of answers.npy cannot be read")
