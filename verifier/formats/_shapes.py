"""The shapes of tensors, counted, so that files that should hold the same tensors can be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from verifier.records.evidence import Value

_MOST: Final = 1000
"""Different shapes that are told; the tensors of the largest models have some dozens."""


_RANK: Final = 16
"""Sizes of a shape that are told; tensors have no more than torch allows, 64, and rarely 6."""


def shapes_of(shapes: Iterable[Sequence[int]]) -> Value:
    """Each shape as `2x3` with the number of tensors that have it; nothing where there are too many."""
    counted = Counter("x".join(map(str, shape[:_RANK])) for shape in shapes)
    return tuple(sorted(counted.items())) if len(counted) <= _MOST else ()
