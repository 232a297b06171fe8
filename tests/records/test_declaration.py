"""Invariants of what is declared."""

from __future__ import annotations

import math

import pytest

from verifier.records.declaration import (
    REGIME_TOLERANCE,
    Data,
    DataFile,
    Declaration,
    Golden,
    Interval,
    Metric,
    Recipe,
    Tolerance,
)
from verifier.records.terms import Dtype, Text

FILE = DataFile("in.npy", "")


def metric(**more: object) -> Metric:
    values: dict[str, object] = {"id": "m", "data": Data("set"), "metric": "accuracy", "value": 0.9, **more}
    return Metric(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"abs": -1}, {"abs": math.nan}, {"rel": math.inf}, {"mismatch_ppm": -1}])
def test_a_tolerance_is_a_number_from_0(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"toleran|mismatch"):
        Tolerance(**wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="cosine"):
        Tolerance(cosine=1.1)


def test_what_the_regime_allows_holds_where_nothing_is_declared() -> None:
    golden = Golden("g", (FILE,), (FILE,))
    assert golden.allowed(Dtype.BF16) == REGIME_TOLERANCE[Dtype.BF16]
    assert Golden("g", (FILE,), (FILE,), tolerance=Tolerance(1)).allowed(Dtype.BF16) == Tolerance(1)
    for inputs, outputs in (((), (FILE,)), ((FILE,), ())):
        with pytest.raises(ValueError, match="inputs and outputs"):
            Golden("g", inputs, outputs)


def test_what_is_missing_to_measure_again() -> None:
    assert metric().gaps() == ("the split", "the data's digest or revision", "the recipe")
    data = Data("set", split="test", revision="1")
    assert metric(data=data, recipe=Recipe("builtin/classification@1")).gaps() == ()


def test_numbers_are_finite_and_in_order() -> None:
    with pytest.raises(ValueError, match="finite"):
        metric(value=math.nan)
    with pytest.raises(ValueError, match="not negative"):
        Data("set", n=-1)
    for wrong in ((0.0, 0, 1), (0.95, 1, 0), (0.95, math.nan, 1)):
        with pytest.raises(ValueError, match="bounds in order"):
            Interval(*wrong)


def test_ids_stand_once() -> None:
    Declaration(metrics=(metric(), metric(id="n")))
    with pytest.raises(ValueError, match="twice among metrics"):
        Declaration(metrics=(metric(), metric()))
    golden = Golden("g", (FILE,), (FILE,))
    with pytest.raises(ValueError, match="twice among golden"):
        Declaration(golden=(golden, golden))


def test_a_text_is_matched_whole() -> None:
    assert Text("[a-z]", "a letter").takes("a")
    assert not Text("[a-z]", "a letter").takes("a\n")
