"""How far numbers are from those declared, and where most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from verifier.records.declaration import Tolerance

if TYPE_CHECKING:
    from numpy import ndarray


@dataclass(frozen=True, slots=True)
class Difference:
    """What a comparison of two arrays shows.

    Args:
        holds: whether they are within the tolerance.
        worst: largest absolute difference; infinite where a number stands against none.
        told: where that is and what stands there, or why they cannot be compared, for a person.
    """

    holds: bool
    worst: float
    told: str


def difference(declared: ndarray, found: ndarray, tolerance: Tolerance) -> Difference:
    """What two arrays of numbers differ by.

    Args:
        declared: as the author gives it.
        found: as it was computed; the same shape is demanded.
        tolerance: how far apart they may be.
    """
    import numpy as np

    if declared.shape != found.shape:
        return Difference(False, float("inf"), f"the shape is {found.shape}, and {declared.shape} is declared")
    if not declared.size:
        return Difference(True, 0.0, "there are no numbers")
    ours, theirs = found.astype(np.float64), declared.astype(np.float64)
    with np.errstate(all="ignore"):
        apart = np.where((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)), 0.0, np.abs(ours - theirs))
        apart = np.where(np.isnan(apart), np.inf, apart)
        over = ~(apart <= tolerance.abs + tolerance.rel * np.abs(theirs)) & (apart > 0)
    ranked = np.where(over, apart, -1.0) if over.any() else apart
    place = np.unravel_index(int(np.argmax(ranked)), apart.shape)
    worst = float(apart[place])
    index = ", ".join(str(int(number)) for number in place)
    if not worst and not tolerance.cosine:
        return Difference(True, 0.0, f"all {apart.size} numbers are those declared")
    told = f"worst at [{index}]: {ours[place]:.6g}, and {theirs[place]:.6g} is declared, {worst:.3g} apart"
    if tolerance.cosine:
        least = _least_cosine(ours, theirs)
        return Difference(least >= tolerance.cosine, worst, f"least cosine {least:.6f}; {told}")
    beyond = int(np.count_nonzero(over))
    told += f"; {beyond} of {apart.size} numbers beyond the tolerance" if beyond else ""
    return Difference(beyond * 1_000_000 <= tolerance.mismatch_ppm * apart.size, worst, told)


def _least_cosine(ours: ndarray, theirs: ndarray) -> float:
    import numpy as np

    rows = (
        ours.reshape(-1, ours.shape[-1] if ours.ndim else 1),
        theirs.reshape(-1, theirs.shape[-1] if theirs.ndim else 1),
    )
    with np.errstate(all="ignore"):
        lengths = np.linalg.norm(rows[0], axis=1) * np.linalg.norm(rows[1], axis=1)
        cosines = np.where(lengths > 0, (rows[0] * rows[1]).sum(axis=1) / lengths, 0.0)
    return float(np.nan_to_num(cosines, nan=0.0).min())
