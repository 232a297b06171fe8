"""How metrics are measured again: what of a data set goes into the model, and what its outputs are held against.

A recipe is named `builtin/<name>@<version>` in a declaration; its arguments name columns of the data. It never runs a
model: `inputs` go to whoever does, and `Recipe.answers` takes what comes back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from verifier.behavior.recipes import _scores
from verifier.behavior.recipes._scores import Score
from verifier.behavior.recipes._table import Table, load

if TYPE_CHECKING:
    from numpy import ndarray

__all__ = ["RECIPES", "Answers", "Inputs", "Recipe", "Score", "Table", "find", "load"]

Arguments = Mapping[str, Any]
"""Names of columns, by what they are for."""


@dataclass(frozen=True)
class Inputs:
    """What goes into the model.

    Args:
        texts: of entries that take texts.
        tensor: of the others; its first axis is the items.
    """

    texts: tuple[str, ...] = ()
    tensor: ndarray | None = None


@dataclass(frozen=True)
class Answers:
    """What the model gave, item by item, and what the data says; equal lengths."""

    found: Sequence[Any]
    expected: Sequence[Any]


@dataclass(frozen=True)
class Recipe:
    """A way to measure.

    Args:
        metrics: name to what computes it; a rate is one over items that are right or wrong.
        inputs: what goes in, of a table.
        answers: what the model's first output says of each item.
        version: that is written behind `@`.
        columns: argument to the column it names where nothing is said.
    """

    metrics: Mapping[str, Score]
    inputs: Callable[[Table, Arguments], Inputs]
    answers: Callable[[ndarray, Table, Arguments], Answers]
    columns: Mapping[str, str]
    version: int = field(default=1)

    def named(self, arguments: Sequence[tuple[str, object]]) -> Arguments:
        """The arguments of a declaration over what they are where nothing is said."""
        return {**self.columns, **{name: value for name, value in arguments if isinstance(value, str)}}


def find(harness: str) -> Recipe | None:
    """The built-in recipe of that name and version; None where there is none."""
    named = re.fullmatch(r"builtin/([a-z-]+)@([0-9]{1,3})", harness)
    recipe = RECIPES.get(named[1]) if named else None
    return recipe if recipe and named and int(named[2]) == recipe.version else None


def _texts(table: Table, columns: Arguments) -> Inputs:
    return Inputs(texts=tuple(table.texts(columns["text"])))


def _pairs(table: Table, columns: Arguments) -> Inputs:
    """All first sentences, then all second ones."""
    return Inputs(texts=(*table.texts(columns["first"]), *table.texts(columns["second"])))


def _tensor(table: Table, columns: Arguments) -> Inputs:
    return Inputs(tensor=table.features(columns["input"], columns["label"]))


def _labels(outputs: ndarray, table: Table, columns: Arguments) -> Answers:
    """The place of the largest logit, held against a label that is that place."""
    return Answers([int(row) for row in outputs.argmax(axis=-1)], [int(one) for one in table.numbers(columns["label"])])


def _values(outputs: ndarray, table: Table, columns: Arguments) -> Answers:
    return Answers([float(one) for one in outputs.reshape(table.n, -1)[:, 0]], table.numbers(columns["label"]))


def _similarities(outputs: ndarray, table: Table, columns: Arguments) -> Answers:
    """The cosine of each pair, in double precision."""
    import numpy as np

    vectors = outputs.astype(np.float64)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True).clip(min=1e-12)
    cosines = (vectors[: table.n] * vectors[table.n :]).sum(axis=1)
    return Answers([float(one) for one in cosines], table.numbers(columns["score"]))


def _likelihoods(outputs: ndarray, table: Table, columns: Arguments) -> Answers:
    """The log-probability of the token that the data says follows."""
    tokens = [int(one) for one in table.numbers(columns["next"])]
    return Answers([float(row[token]) for row, token in zip(outputs, tokens, strict=True)], tokens)


_TEXT_LABELS = Recipe(_scores.LABELS, _texts, _labels, {"text": "text", "label": "label"})
_TENSOR_LABELS = Recipe(_scores.LABELS, _tensor, _labels, {"input": "x", "label": "y"})

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "classification": _TEXT_LABELS,
        "image-classification": _TENSOR_LABELS,
        "language-identification": _TEXT_LABELS,
        "next-token": Recipe(_scores.LIKELIHOOD, _texts, _likelihoods, {"text": "text", "next": "next"}),
        "regression": Recipe(_scores.NUMBERS, _tensor, _values, {"input": "x", "label": "y"}),
        "sts": Recipe(
            _scores.SIMILARITY,
            _pairs,
            _similarities,
            {"first": "sentence1", "second": "sentence2", "score": "score"},
        ),
        "tabular-classification": _TENSOR_LABELS,
    }
)
