"""One tensor before and after: what differs, and which kind of edit that looks like. Neither is ever whole in memory.

What it cannot see: why. A merged adapter is no crime, and an edit made before rounding to a coarser format is hidden
by it as far as the rounding goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from verifier.behavior.screens._look import Look, Shape
from verifier.behavior.screens._numbers import BLOCK, readable, row_bytes
from verifier.records import Reader
from verifier.records.delta import Became, Change
from verifier.records.tensor import Placed

CHUNK: Final = 1 << 20
"""Numbers that are held at a time."""


class Side(NamedTuple):
    """A tensor of one of the models, a Reader over the file it lies in, and the path of that."""

    placed: Placed
    reader: Reader
    path: str = ""


def anatomy(name: str, before: Side, after: Side, seed: int) -> Change | None:
    """What became of a tensor; None where its bytes are the same.

    Args:
        name: as it is told.
        before: in the first model.
        after: in the second.
        seed: of random numbers; unknown to whoever made the second model, as its digest.

    Raises:
        SourceError, BudgetExceeded: bytes cannot be obtained.
        Malformed: the file ends within the tensor.
    """
    old, new = before.placed, after.placed
    about = (old.dtype, new.dtype), (old.shape, new.shape)
    if old.shape != new.shape:
        return Change(name, Became.RESHAPED, *about)
    if old.dtype == new.dtype and _same(before, after):
        return None
    for one in (old.dtype, new.dtype):
        if not readable(one):
            return Change(name, Became.NOT_COMPARED, *about, f"numbers of type {one} are not read")
    look = Look(Shape.of(old), old.dtype, new.dtype, seed)
    for a, b in _rows(before, after, look.shape):
        look.add(a, b)
    return look.change(name, about)


def _same(before: Side, after: Side) -> bool:
    """Whether the bytes are the same, as far as the first that differ."""
    step = CHUNK * 4
    old, new = before.placed, after.placed
    if old.length != new.length:
        return False
    return all(
        before.reader.read_at(old.offset + at, min(step, old.length - at))
        == after.reader.read_at(new.offset + at, min(step, new.length - at))
        for at in range(0, old.length, step)
    )


def _rows(before: Side, after: Side, shape: Shape) -> Iterator[tuple[bytes, bytes]]:
    """Yields bytes of the same rows of both."""
    if shape.columns > 1:
        step = max(1, CHUNK // shape.columns)
        sizes = [row_bytes(side.placed.dtype, shape.columns) for side in (before, after)]
        count = shape.rows
    else:  # as many as blocks have, so that none is torn
        step, count = CHUNK // BLOCK, -(-shape.rows // BLOCK)
        sizes = [row_bytes(side.placed.dtype, BLOCK) for side in (before, after)]
    for start in range(0, count, step):
        parts = []
        for side, size in zip((before, after), sizes, strict=True):
            length = min(step * size, side.placed.length - start * size)
            parts.append(side.reader.read_at(side.placed.offset + start * size, length))
        yield parts[0], parts[1]
