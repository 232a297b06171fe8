"""What is gathered of a tensor before and after, some rows at a time, and what it comes to."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from verifier.behavior.screens._numbers import LAYOUTS, numbers, patterns
from verifier.behavior.screens._rank import Sketch
from verifier.behavior.screens._rounding import Check, Levels, formats, grids
from verifier.records.delta import Became, Change
from verifier.records.tensor import Placed

if TYPE_CHECKING:
    from numpy import ndarray

WIDEST: Final = 1 << 22
"""Numbers of a row up to which a tensor is looked at as a matrix."""

FIRST: Final = 20
"""Indexes of rows that are told."""

_LAST_DIGITS: Final = 4.0
"""Units in the last place that arithmetic in another order moves a number."""

_CARRIES: Final = 10
"""A number that moves by m units carries beyond n bits once in 2^n / m times: where ten carries are due and none is
there, bits were set, not numbers moved."""


class Shape(NamedTuple):
    """How a tensor is looked at: rows and columns; one column where it is no matrix."""

    rows: int
    columns: int

    @classmethod
    def of(cls, placed: Placed) -> Shape:
        count = math.prod(placed.shape)
        columns = count // placed.shape[0] if len(placed.shape) > 1 and placed.shape[0] else 1
        return cls(placed.shape[0], columns) if 1 < columns <= WIDEST and placed.shape[0] > 1 else cls(count, 1)


@dataclass(slots=True)
class _Explanation:
    """Something that may explain the numbers, and what it leaves over."""

    check: Check
    quantizes: bool
    left: int = 0
    touched: int = 0
    rows: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Look:
    """What is gathered of a tensor, rows after rows."""

    shape: Shape
    old: str
    new: str
    seed: int
    row: int = 0
    changed: int = 0
    bits: int = 0
    units: float = 0.0
    """Sum of the distances, in units in the last place."""
    even: int = 0
    """Numbers before whose last four bits are zero, as of those that were half floats: adding to them carries never."""
    used: int = 0
    """Mask of the bits that any number after uses."""
    before: float = 0.0
    """Sum of squares before, after, and of the difference."""
    after: float = 0.0
    moved: float = 0.0
    close: bool = True
    """No number is further off than its last digits."""
    finite: bool = True
    explained: dict[str, _Explanation] = field(default_factory=dict)
    levels: Levels = field(default_factory=Levels)
    rows: list[int] = field(default_factory=list)
    touched: int = 0
    columns: ndarray | None = None
    sketch: Sketch | None = None

    def add(self, raw_old: bytes, raw_new: bytes) -> None:
        """Takes in the next rows."""
        import numpy as np

        a = numbers(self.old, raw_old).reshape(-1, self.shape.columns)
        b = numbers(self.new, raw_new).reshape(-1, self.shape.columns)
        differs = (a != b) & ~(np.isnan(a) & np.isnan(b))
        if self.old == self.new and self.old in LAYOUTS:
            one, other = patterns(self.old, raw_old), patterns(self.new, raw_new)
            bits = one ^ other
            self.units += float(np.abs(one.astype(np.int64) - other.astype(np.int64)).sum(dtype=np.float64))
            self.even += int(np.count_nonzero(one & 15 == 0))
            differs = (bits != 0).reshape(differs.shape)
            self.bits |= int(np.bitwise_or.reduce(bits, initial=0))
        if self.new in LAYOUTS:
            self.used |= int(np.bitwise_or.reduce(patterns(self.new, raw_new), initial=0))
        self._explain(a, b)
        self._measure(a, b, differs)
        self.changed += int(np.count_nonzero(differs))
        self.touched += self._touched(differs, self.rows)
        if self.shape.columns > 1:
            columns = differs.any(axis=0)
            self.columns = columns if self.columns is None else self.columns | columns
        self.row += len(a)

    def _explain(self, a: ndarray, b: ndarray) -> None:
        """Counts what explanations leave over, and drops those that leave most."""
        import numpy as np

        if not self.row:
            flat = [x.reshape(1, -1) if self.shape.columns == 1 else x for x in (a, b)]
            self.explained = {told: _Explanation(check, False) for told, check in formats(self.old, self.new).items()}
            self.explained |= {told: _Explanation(check, True) for told, check in grids(self.new, *flat)}
        self.levels.add(a, b)
        seen = self.row * self.shape.columns + a.size
        for told, one in list(self.explained.items()):
            left = ~one.check(a, b)
            one.left += int(np.count_nonzero(left))
            one.touched += self._touched(left, one.rows)
            if 2 * one.left > seen:
                del self.explained[told]

    def _touched(self, marked: ndarray, first: list[int]) -> int:
        """Rows with a mark, of which the first few are kept."""
        import numpy as np

        if self.shape.columns == 1:
            return 0
        rows = np.flatnonzero(marked.any(axis=1))
        first += [self.row + int(one) for one in rows[: FIRST - len(first)]]
        return len(rows)

    def _measure(self, a: ndarray, b: ndarray, differs: ndarray) -> None:
        import numpy as np

        with np.errstate(all="ignore"):
            d = b - a
            good = np.isfinite(d)
            if not good.all():
                self.finite = False
                self.close = self.close and not bool((differs & ~good).any())
                a, b, d = (np.where(good, one, 0.0) for one in (a, b, d))
            self.before += float(np.vdot(a, a))
            self.after += float(np.vdot(b, b))
            self.moved += float(np.vdot(d, d))
            unit = _LAST_DIGITS * self._precision(0)
            self.close = self.close and bool((np.abs(d) <= unit * np.maximum(np.abs(a), np.abs(b))).all())
        if self.shape.columns > 1:
            if self.sketch is None:
                self.sketch = Sketch(self.shape.columns, self.seed)
            self.sketch.add(d)

    def _precision(self, unused: int) -> float:
        """Half a unit in the last place, relative, of the numbers after, whose lowest bits may be `unused`."""
        return 2.0 ** -(LAYOUTS[self.new].fraction - unused + 1) if self.new in LAYOUTS else 0.0

    def change(self, name: str, about: tuple[tuple[str, str], tuple[tuple[int, ...], tuple[int, ...]]]) -> Change:
        """What it comes to."""
        import numpy as np

        rank = self._rank()
        columns = 0 if self.columns is None else int(np.count_nonzero(self.columns))
        best = min(self.explained.items(), key=lambda item: item[1].left, default=None)
        became, told = self._kind(rank, columns, best)
        if best is not None and became is Became.ROWS:
            self.touched, self.rows = best[1].touched, best[1].rows
        distance = math.sqrt(self.moved / self.before) if self.before else None
        return Change(
            name,
            became,
            *about,
            told,
            changed=self.changed,
            distance=distance if distance is None or math.isfinite(distance) else None,
            rank=rank,
            rows=self.touched,
            columns=columns,
            first_rows=tuple(self.rows),
            bits=self.bits,
        )

    def _rank(self) -> int | None:
        """Above the rounding of the numbers after, whose format may be finer than they are."""
        fraction = LAYOUTS[self.new].fraction if self.new in LAYOUTS else 0
        if self.sketch is None or not self.finite or not fraction:
            return None
        unused = min((self.used & -self.used).bit_length() - 1, fraction) if self.used else 0
        return self.sketch.rank(self._precision(unused) * math.sqrt(self.after / (3 * self._count)))

    def _kind(self, rank: int | None, columns: int, best: tuple[str, _Explanation] | None) -> tuple[Became, str]:
        if best is not None and not best[1].left:
            return (Became.REQUANTIZED if best[1].quantizes else Became.RE_ENCODED), best[0]
        if told := self.levels.told:
            return Became.REQUANTIZED, told
        fraction = LAYOUTS[self.new].fraction if self.new in LAYOUTS else 0
        width = self.bits.bit_length()
        carried = self.units >= _CARRIES << width and not (self.close and 2 * self.even > self._count)
        if 0 < width <= (fraction + 1) // 2 and carried:
            return Became.LOW_BITS, f"only the low {width} bits of numbers"
        if self.close and fraction:
            return Became.ROUNDING, "no number moved by more than its last digits"
        if best is not None and best[1].left < self.changed:
            return self._partly(*best)
        return self._edit(rank, columns)

    def _partly(self, told: str, one: _Explanation) -> tuple[Became, str]:
        """What an explanation leaves over."""
        if self.shape.columns > 1 and 2 * one.touched <= self.shape.rows:
            return Became.ROWS, f"{one.touched} of {self.shape.rows} rows; the rest is {told}"
        return Became.DENSE, f"{one.left} of {self._count} numbers; the rest is {told}"

    @property
    def _count(self) -> int:
        return self.shape.rows * self.shape.columns

    def _edit(self, rank: int | None, columns: int) -> tuple[Became, str]:
        matrix = self.shape.columns > 1
        if matrix and 2 * self.touched <= self.shape.rows and (rank != 1 or self.touched == 1):
            return Became.ROWS, f"{self.touched} of {self.shape.rows} rows"
        if matrix and 2 * columns <= self.shape.columns and (rank != 1 or columns == 1):
            return Became.COLUMNS, f"{columns} of {self.shape.columns} columns"
        if rank == 1:
            return Became.RANK_1, "one direction was added"
        if rank:
            return Became.LOW_RANK, f"{rank} directions were added"
        return Became.DENSE, f"{self.changed} of {self._count} numbers"
