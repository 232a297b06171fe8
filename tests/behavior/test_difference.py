"""How far numbers are from those declared."""

from __future__ import annotations

import numpy as np
import pytest

from verifier.behavior.difference import difference
from verifier.records.declaration import Tolerance

DECLARED = np.array([[1.0, 2.0], [3.0, 4.0]], np.float32)


def changed(place: tuple[int, int], value: float) -> np.ndarray:
    found = DECLARED.copy()
    found[place] = value
    return found


def test_the_worst_element_is_named() -> None:
    one = difference(DECLARED, changed((1, 0), 3.5), Tolerance(abs=1e-3))
    assert not one.holds
    assert one.worst == 0.5
    assert one.told == "worst at [1, 0]: 3.5, and 3 is declared, 0.5 apart; 1 of 4 numbers beyond the tolerance"
    assert difference(DECLARED, DECLARED, Tolerance()).told == "all 4 numbers are those declared"


def test_a_number_beyond_a_relative_tolerance_goes_before_a_larger_difference_within_it() -> None:
    declared = np.array([1000.0, 1.0])
    one = difference(declared, np.array([1000.5, 1.1]), Tolerance(rel=1e-3))
    assert not one.holds
    assert one.told.startswith("worst at [1]")


@pytest.mark.parametrize(
    ("found", "tolerance", "holds"),
    [
        (changed((0, 0), 1.0005), Tolerance(abs=1e-3), True),
        (changed((0, 0), 1.0005), Tolerance(rel=1e-3), True),
        (changed((0, 0), 9.0), Tolerance(mismatch_ppm=250_000), True),
        (changed((0, 0), 9.0), Tolerance(mismatch_ppm=249_999), False),
        (changed((0, 0), np.nan), Tolerance(abs=1e9), False),
        (changed((0, 0), np.inf), Tolerance(abs=1e9, rel=1.0), False),
        (DECLARED * 3, Tolerance(cosine=0.999), True),
        (-DECLARED, Tolerance(cosine=0.1), False),
        (changed((0, 0), np.nan), Tolerance(cosine=0.1), False),
        (DECLARED[0], Tolerance(abs=1e9), False),
    ],
)
def test_tolerances(found: np.ndarray, tolerance: Tolerance, holds: bool) -> None:
    assert difference(DECLARED, found, tolerance).holds is holds


def test_what_is_no_number_on_both_sides_is_the_same() -> None:
    both = changed((0, 0), np.nan)
    assert difference(both, both, Tolerance()).holds
    assert difference(np.zeros((0, 3)), np.zeros((0, 3)), Tolerance()).holds
    assert difference(np.array(1.0), np.array(1.0), Tolerance(cosine=0.9)).holds
