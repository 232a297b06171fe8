"""The shapes of tensors, counted, so that files that should hold the same tensors can be compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from verifier.records.evidence import Value, visible

_MOST: Final = 1000
"""Different shapes that are told; the tensors of the largest models have some dozens."""


_RANK: Final = 16
"""Sizes of a shape that are told; tensors have no more than torch allows, 64, and rarely 6."""


def shapes_of(shapes: Iterable[Sequence[int]]) -> Value:
    """Each shape as `2x3` with the number of tensors that have it; nothing where there are too many."""
    counted = Counter("x".join(map(str, shape[:_RANK])) for shape in shapes)
    return tuple(sorted(counted.items())) if len(counted) <= _MOST else ()


_NUMBER: Final = re.compile(r"(?<![^.])\d+(?![^.])")
"""A part of a tensor's name that numbers a layer, an expert or the like."""


def layout_of(tensors: Iterable[tuple[str, str, Sequence[int]]]) -> Value:
    """Names, types and shapes: (name with `#` for its numbers, type, shape as `2x3`, how many); as `shapes_of` bounded.

    Args:
        tensors: name, type and shape of each, rows first.
    """
    counted = Counter(
        (visible(_NUMBER.sub("#", name)), dtype, "x".join(map(str, shape[:_RANK]))) for name, dtype, shape in tensors
    )
    return tuple((*entry, count) for entry, count in sorted(counted.items())) if len(counted) <= _MOST else ()
