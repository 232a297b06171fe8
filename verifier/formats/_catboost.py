"""The core of a CatBoost model: trees whose splits, leaves and steps are held against each other.

Source: catboost/libs/model/flatbuffers/model.fbs and features.fbs. CatBoost verifies the FlatBuffer, and indexes with
the numbers in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from verifier.errors import Malformed
from verifier.formats._flatbuffer.table import Flat, Table
from verifier.formats._ranges import Range

_VERSION: Final = "FlabuffersModel_v1"
"""As CatBoost spells it."""

_DEEPEST: Final = 16
"""Splits of a symmetric tree (CatBoost's limit on depth)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a model consists of.

    Args:
        trees: number of trees.
        features: numerical and categorical ones.
        parts: names of what stands behind the core.
        payloads: values and weights of leaves.
    """

    trees: int
    features: int
    parts: tuple[str, ...]
    payloads: tuple[Range, ...]


def check(flat: Flat) -> Summary:
    """Follows the core.

    Raises:
        Malformed: it is no such model, or leads out of bounds.
        BudgetExceeded: it holds too much.
    """
    core = flat.root()
    trees = core.table(1)
    if core.text(0) != _VERSION or trees is None:
        raise Malformed("it is of no known version, or has no trees", 0)
    for pair in core.tables(2):
        pair.text(0)
        pair.text(1)
    sizes = _forest(trees)
    features = 0
    for index in (4, 5):
        features += sum(1 for _ in trees.tables(index))
    payloads = []
    for index in (8, 9):
        start, count = trees.vector(index, 8)
        payloads.append((start, start + 8 * count))
    return Summary(len(sizes), features, _parts(flat, core), tuple(payloads))


def _forest(trees: Table) -> list[int]:
    outputs = trees.number(0, 4, signed=True)
    splits, sizes, starts = trees.numbers(1, 4), trees.numbers(2, 4), trees.numbers(3, 4)
    if outputs < 1 or len(starts) not in (0, len(sizes)):
        raise Malformed("trees have no outputs, or begin elsewhere than there are trees", trees.position)
    begins = starts or [0, *accumulate(sizes[:-1])][: len(sizes)]
    for begin, size in zip(begins, sizes, strict=True):
        if begin < 0 or size < 0 or begin + size > len(splits):
            raise Malformed(f"a tree takes splits {begin} to {begin + size} of {len(splits)}", trees.position)
    _splits(trees, splits)
    leaves = trees.vector(8, 8)[1]
    if trees.vector(10, 4)[1]:
        _steps(trees, len(splits), leaves)
    elif any(size > _DEEPEST for size in sizes) or sum(1 << size for size in sizes) * outputs != leaves:
        raise Malformed(f"{leaves} values are not those of the leaves of the trees", trees.position)
    return sizes


def _splits(trees: Table, splits: list[int]) -> None:
    """A split is the number of a border or category, counted over all features, where all kinds of them are known."""
    if any(trees.vector(index, 4)[1] for index in (7, 13)):
        return
    known = sum(feature.vector(3, 4)[1] for feature in trees.tables(5))
    known += sum(feature.vector(1, 4)[1] for feature in trees.tables(6))
    if any(not 0 <= split < known for split in splits):
        raise Malformed(f"a split is none of the {known} there are", trees.position)


def _steps(trees: Table, nodes: int, leaves: int) -> None:
    """Trees that are not symmetric: each node says how far ahead its subtrees are, or which leaf it is."""
    steps, ends = trees.numbers(10, 4), trees.numbers(11, 4)
    if not len(steps) == len(ends) == nodes:
        raise Malformed("steps and leaves do not belong to the nodes", trees.position)
    for index, (step, end) in enumerate(zip(steps, ends, strict=True)):
        left, right = step & 0xFFFF, (step >> 16) & 0xFFFF
        if index + max(left, right) >= nodes:
            raise Malformed("a step leads behind the trees", trees.position)
        if (not left or not right) and not 0 <= end < leaves:
            raise Malformed("a node ends in no leaf", trees.position)


def _parts(flat: Flat, core: Table) -> tuple[str, ...]:
    start, count = core.vector(3, 4)
    found = []
    for place in range(start, start + 4 * min(count, 16), 4):
        at = place + flat.number(place, 4)
        found.append(
            flat.bytes_at(at + 4, min(flat.number(at, 4), 80)).rstrip(b"\0").decode("utf-8", "backslashreplace")
        )
    return tuple(found)
