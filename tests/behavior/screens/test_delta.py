"""All tensors of two models: which went where, and what it looks like."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from tests.builders.edits import hidden, merged, replaced, side, weights
from verifier.behavior.screens.anatomy import Side
from verifier.behavior.screens.delta import delta
from verifier.errors import Malformed, NotFoundError
from verifier.records.delta import Became
from verifier.records.tensor import Placed

BASE = {f"layer.{number}.weight": weights(64, 64) for number in range(14)} | {"bias": weights(64)}


def sides(arrays: Mapping[str, np.ndarray]) -> dict[str, Side]:
    return {name: side(array) for name, array in arrays.items()}


def test_a_merge_is_told_by_tensors_and_rank() -> None:
    after = {name: merged(array, 8) if array.ndim > 1 and name < "layer.8" else array for name, array in BASE.items()}
    found = delta(sides(BASE), sides(after), 3)
    assert {(one.became, one.rank) for one in found.changes} == {(Became.LOW_RANK, 8)}
    assert (len(found.changes), found.equal, found.gaps) == (12, 3, ())
    assert found.told == "of 15 tensors: 12 other by rank 8, as merging an adapter does; 3 the same"


def test_several_kinds_are_told_in_order_of_concern() -> None:
    after = dict(BASE)
    after["layer.1.weight"] = hidden(BASE["layer.1.weight"])
    after["layer.2.weight"] = merged(BASE["layer.2.weight"], 1)
    after["layer.3.weight"] = replaced(BASE["layer.3.weight"], 3, 4)
    after["layer.4.weight"] = merged(BASE["layer.4.weight"], 2)
    after["layer.5.weight"] = merged(BASE["layer.5.weight"], 3)
    after["head"] = after.pop("bias")
    assert delta(sides(BASE), sides(after), 3).told == (
        "of 16 tensors: 1 other in low bits only, where payloads are hidden; "
        "1 other by rank 1, as editing single facts does; 2 other by rank 2 to 3, as merging an adapter does; "
        "1 other in 2 rows only; 1 new; 1 gone; 9 the same"
    )


def test_the_same_is_the_same() -> None:
    assert delta(sides(BASE), sides(BASE), 3).told == "all 15 tensors are the same"


@pytest.mark.parametrize("turned", [False, True])
def test_a_prefix_of_all_names_does_not_hide_what_is_the_same(turned: bool) -> None:
    pair = (sides({f"bert.{name}": array for name, array in BASE.items()}), sides(BASE))
    before, after = reversed(pair) if turned else pair
    assert delta(before, after, 3).equal == 15


class Failing:
    size = 1 << 20

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.asked += 1
        raise self.error


def test_what_cannot_be_read_is_not_compared() -> None:
    told: list[tuple[str, int, int]] = []
    place = Placed("w", "F32", (64,), 0, 256)
    gone = Failing(NotFoundError("it is gone."))
    failing = {"a": Side(place, gone), "b": Side(place, gone)}
    found = delta(failing, failing, 3, lambda *one: told.append(one))
    assert [one.became for one in found.changes] == [Became.NOT_COMPARED] * 2
    assert (found.gaps, gone.asked, told[-1]) == (("it is gone.",), 1, ("b", 512, 512))
    short = {"a": Side(place, Failing(Malformed("it ends.")))}
    assert delta(short, short, 3).changes[0].told == "it ends."
