"""What rounding explains: numbers that are those of another tensor, on the grid of a coarser format.

Each explanation is held against all elements, so that what it leaves over shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from numpy import ndarray

Check = Callable[["ndarray", "ndarray"], "ndarray"]
"""Which numbers of some rows, before and after, as doubles, an explanation holds for: True or False each."""

GROUPS: Final = (32, 64, 128)
"""Numbers that share a scale, in common quantizations, beside a whole row."""

_SYMMETRIC: Final = (127, 128, 7, 8, 15, 16)
"""The largest integer of a scale: int8 and int4 with and without the least one, ggml's Q5_0."""

_AFFINE: Final = (255, 15, 31)
"""Steps between the least and the largest number of a group: uint8, uint4 (ggml's Q4_1), and its Q5_1."""

_PROBE: Final = 64
"""Groups of the first rows that choose which quantizations are held against the rest."""

_SLACK: Final = 0.57
"""Steps an element may be moved: half a one, and what a scale kept in 11 bits moves 127 of them."""

_CLIPPED: Final = 1.07
"""Steps where the largest integer cannot be reached on one side, as in ggml's Q4_0 and Q5_0."""

_NEAR: Final = 1e-3
"""Steps a number may be off the grid, which 32 random numbers are not together once in 10^80."""


def formats(before: str, after: str) -> dict[str, Check]:
    """Explanations by number formats: what they are called, and how they are checked.

    Args:
        before: dtype, as safetensors spells it.
        after: dtype; where it is the same the numbers may have been rounded and widened again.
    """
    import numpy as np

    def half(a: ndarray) -> ndarray:
        return a.astype(np.float16).astype(np.float64)

    def single(a: ndarray) -> ndarray:
        return a.astype(np.float32).astype(np.float64)

    def brain(a: ndarray) -> ndarray:
        bits = a.astype(np.float32).view(np.uint32)
        return _widened(bits + 0x7FFF + (bits >> 16 & 1))

    def cut(a: ndarray) -> ndarray:
        return _widened(a.astype(np.float32).view(np.uint32))

    ways = {"F16": half, "BF16": brain, "BF16, cut off": cut, "F32": single}
    found: dict[str, Check] = {f"rounded to {name}": _rounding(way) for name, way in ways.items()}
    return ({} if before == after else {f"{before} written as {after}": _rounding(lambda a: a)}) | found


def _widened(bits: ndarray) -> ndarray:
    import numpy as np

    return (bits & np.uint32(0xFFFF0000)).view(np.float32).astype(np.float64)


def _rounding(way: Callable[[ndarray], ndarray]) -> Check:
    def holds(a: ndarray, b: ndarray) -> ndarray:
        import numpy as np

        with np.errstate(all="ignore"):
            made = way(a)
        return np.asarray((made == b) | (np.isnan(made) & np.isnan(b)))

    return holds


@dataclass(frozen=True, slots=True)
class _Grid:
    """A quantization of groups of numbers: a scale each, from the largest number or from both ends.

    Args:
        group: numbers that share a scale; 0 is a whole row.
        steps: the largest integer, or the number of steps between the ends.
        affine: from both ends.
        near: steps a number may be off the grid, as its own format is coarse too.
    """

    group: int
    steps: int
    affine: bool
    near: float

    def __call__(self, before: ndarray, after: ndarray) -> ndarray:
        import numpy as np

        width = self.group or before.shape[1]
        a, b = before.reshape(-1, width), after.reshape(-1, width)
        low = b.min(axis=1, keepdims=True) if self.affine else np.zeros((len(b), 1))
        step = (
            b.max(axis=1, keepdims=True) - low if self.affine else np.abs(b).max(axis=1, keepdims=True)
        ) / self.steps
        flat = step == 0
        with np.errstate(all="ignore"):
            places = (b - low) / np.where(flat, 1, step)
        moved = _CLIPPED if self.steps in (8, 16, 128) and not self.affine else _SLACK
        allowed = np.where(flat, _NEAR * np.abs(a).max(axis=1, keepdims=True), (moved + self.near) * step)
        good = (np.abs(places - np.rint(places)) <= self.near) & (np.abs(a - b) <= allowed)
        return np.asarray(np.repeat(good.all(axis=1), width).reshape(before.shape))

    @property
    def told(self) -> str:
        """For a person."""
        bits = (self.steps if self.affine else 2 * self.steps - 1).bit_length()
        return f"{bits} bits, a scale for {f'each {self.group}' if self.group else 'each row'}"


def grids(after: str, before: ndarray, found: ndarray) -> Iterator[tuple[str, Check]]:
    """Yields the quantizations that explain the first rows, by name, to be held against the rest.

    Args:
        after: dtype of what was found.
        before: first rows, as doubles.
        found: the same of the second tensor.
    """
    import numpy as np

    epsilon = {"F16": 2.0**-11, "BF16": 2.0**-8}.get(after, 0.0)
    if not (np.isfinite(before).all() and np.isfinite(found).all()):
        return
    width = before.shape[1]
    for group in (0, *GROUPS):
        size = group or width
        if size < 16 or width % size:
            continue
        rows = max(1, min(len(before), _PROBE * size // width))
        for affine, all_steps in ((False, _SYMMETRIC), (True, _AFFINE)):
            for steps in all_steps:
                grid = _Grid(group, steps, affine, max(_NEAR, 2.1 * steps * epsilon))
                if grid.near <= 0.25 and grid(before[:rows], found[:rows]).mean() > 0.5:
                    yield grid.told, grid


class Levels:
    """Whether all numbers after are integer multiples of one step, at most 256 of them, each the nearest one."""

    _MOST: Final = 256

    def __init__(self) -> None:
        self._found: ndarray | None = None
        self._moved = 0.0

    def add(self, before: ndarray, after: ndarray) -> None:
        """Takes in the next rows."""
        import numpy as np

        if self._moved < np.inf:
            levels = np.unique(after if self._found is None else np.append(self._found, after))
            self._found = levels[: self._MOST + 1]
            with np.errstate(all="ignore"):
                moved = float(np.abs(after - before).max(initial=0.0))
            self._moved = max(self._moved, moved) if len(levels) <= self._MOST and moved < np.inf else np.inf

    @property
    def told(self) -> str:
        """What explains all numbers, for a person; "" where this does not."""
        import numpy as np

        if self._found is None or len(self._found) < 3 or not self._moved < np.inf:
            return ""
        gaps = np.diff(self._found)
        places = gaps / gaps.min()
        even = bool((np.abs(places - np.rint(places)) <= 0.05).all()) and self._moved <= _SLACK * gaps.min()
        return f"{len(self._found)} levels, one scale for all" if even else ""
