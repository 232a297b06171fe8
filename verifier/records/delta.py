"""What became of the tensors of a model: a record each, and what all of them together look like."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Became(StrEnum):
    """What became of a tensor; the first that explains the difference counts."""

    EQUAL = "equal"
    REMOVED = "removed"
    ADDED = "added"
    RESHAPED = "reshaped"
    NOT_COMPARED = "not-compared"
    """Its numbers cannot be read, or were not asked for."""
    RE_ENCODED = "re-encoded"
    """Rounding to another number format explains every element exactly."""
    REQUANTIZED = "requantized"
    """Rounding to the grid of a quantization explains every element."""
    LOW_BITS = "low-bits"
    """Only the low half of the fraction's bits differs, without any carry: where payloads are hidden."""
    ROUNDING = "rounding"
    """No element is further off than the last digits of its number format: arithmetic in another order."""
    ROWS = "rows"
    """At most half of the rows differ, as in an embedding whose tokens were exchanged."""
    COLUMNS = "columns"
    RANK_1 = "rank-1"
    """One direction was added, as model editing (ROME) does."""
    LOW_RANK = "low-rank"
    """Few directions were added, as merging an adapter (LoRA) does."""
    DENSE = "dense"
    """Nothing of that: training does this."""


@dataclass(frozen=True, slots=True)
class Change:
    """A tensor that is not the same in both models.

    Args:
        name: in the second model, or in the first where it is gone.
        became: what it looks like.
        dtypes: before and after; "" where there is none.
        shapes: before and after; empty where there is none.
        told: what explains it or stops it, for a person.
        changed: elements that differ.
        distance: Frobenius norm of the difference, relative to that before; None where that is zero or infinite.
        rank: numerical rank of the difference, above rounding; None where it is not low, or was not measured.
        rows: numbers of rows that differ.
        columns: numbers of columns that differ.
        first_rows: indexes of the first few of those rows.
        bits: mask of the bits that differ in any element; 0 between different number formats.
        file: path of the file it lies in; in the first model where it is gone.
    """

    name: str
    became: Became
    dtypes: tuple[str, str]
    shapes: tuple[tuple[int, ...], tuple[int, ...]]
    told: str = ""
    changed: int = 0
    distance: float | None = None
    rank: int | None = None
    rows: int = 0
    columns: int = 0
    first_rows: tuple[int, ...] = ()
    bits: int = 0
    file: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """What became of all tensors.

    Args:
        equal: tensors that are the same.
        changes: all others, in order of their names.
        told: what they look like together, for a person.
        gaps: what was not compared and why.
    """

    equal: int
    changes: tuple[Change, ...]
    told: str
    gaps: tuple[str, ...] = ()

    def of(self, *kinds: Became) -> tuple[Change, ...]:
        """The changes of some kinds."""
        return tuple(one for one in self.changes if one.became in kinds)
