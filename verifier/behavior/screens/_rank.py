"""The numerical rank of a difference, from one pass over its rows and a small matrix in memory.

Rows are multiplied with a random matrix of `WIDTH` columns, which keeps the rank up to there (Halko, Martinsson and
Tropp 2011, "Finding structure with randomness"); only the Gram matrix of the products is kept.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from numpy import ndarray

WIDTH: Final = 72
"""Columns of the random matrix."""

HIGHEST: Final = 64
"""Largest rank that is told; adapters of 64 directions are large already."""

_SAFETY: Final = 3.0
"""How far above the expected norm of rounding a direction must stand."""

_CLEAR: Final = 8.0
"""How far above that the largest must stand: where it does not, the noise is other than thought, and tells no rank."""

_GRAM: Final = 1e-7
"""Relative size below which directions drown in the rounding of the Gram matrix (the root of a double's precision)."""


class Sketch:
    """Gathers the rank of a matrix of differences.

    Args:
        columns: of the matrix.
        seed: of the random matrix; an attacker must not know it before the model is finished.
    """

    def __init__(self, columns: int, seed: int) -> None:
        import numpy as np

        self._random: ndarray | None = None
        if columns > WIDTH:
            self._random = np.random.default_rng(seed).standard_normal((columns, WIDTH))
        width = min(columns, WIDTH)
        self._gram = np.zeros((width, width))
        self._columns = columns
        self._rows = 0

    def add(self, rows: ndarray) -> None:
        """Takes in rows, all of them finite."""
        made = rows if self._random is None else rows @ self._random
        self._gram += made.T @ made
        self._rows += len(rows)

    def rank(self, noise: float) -> int | None:
        """Directions that stand above rounding; None where they do not stand out, or are too many.

        Args:
            noise: standard deviation of the rounding of an element.
        """
        import numpy as np

        sizes = np.sqrt(np.maximum(np.linalg.eigvalsh(self._gram), 0))
        spread = math.sqrt(self._columns) if self._random is not None else 1.0
        floor = _SAFETY * noise * spread * (math.sqrt(self._rows) + math.sqrt(len(sizes)))
        largest = float(sizes.max(initial=0.0))
        rank = int(np.count_nonzero(sizes > max(floor, _GRAM * largest)))
        clear = not rank or largest > _CLEAR * floor
        return rank if clear and rank <= min(HIGHEST, self._rows // 2, self._columns // 2) else None
