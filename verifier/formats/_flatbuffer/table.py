"""Tables, vectors and texts of a FlatBuffer; no offset is followed that leaves the file.

Source: flatbuffers.dev/internals. All numbers are little-endian; offsets point forwards, but for that of a vtable.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._context import Budget
from verifier.records import Reader

_BLOCK: Final = 512
"""Bytes read at once: tables stand close together, and between payloads that are not read."""

_BLOCKS: Final = 4096
"""Blocks kept."""

_MOST: Final = 1 << 20
"""Numbers of a list that are read: shapes, and the tensors an operator takes."""


class Flat:
    """A FlatBuffer over a Reader.

    Args:
        reader: over the artifact.
        budget: charged a step a table.
    """

    def __init__(self, reader: Reader, budget: Budget) -> None:
        self._reader = reader
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self.budget = budget
        self.size = reader.size
        self.reached = 0

    def bytes_at(self, position: int, length: int) -> bytes:
        """Bytes that must be there.

        Raises:
            Malformed: they are not.
        """
        self.hold(position, length)
        if length > _BLOCK:
            return self._reader.read_at(position, length)
        block, start = divmod(position, _BLOCK)
        data = self._block(block)[start : start + length]
        return data + self._block(block + 1)[: length - len(data)] if len(data) < length else data

    def number(self, position: int, width: int, *, signed: bool = False) -> int:
        """A number of `width` bytes.

        Raises:
            Malformed: it is not there.
        """
        return int.from_bytes(self.bytes_at(position, width), "little", signed=signed)

    def hold(self, position: int, length: int) -> None:
        """Notes a range as part of the buffer.

        Raises:
            Malformed: it is not in the file.
        """
        if position < 0 or position + length > self.size:
            raise Malformed(f"an offset leads to byte {position + length} of {self.size}", max(0, position))
        self.reached = max(self.reached, position + length)

    def root(self) -> Table:
        """The outermost table.

        Raises:
            Malformed: there is none.
        """
        return Table(self, self.number(0, 4))

    def _block(self, index: int) -> bytes:
        if index not in self._blocks:
            while len(self._blocks) >= _BLOCKS:
                self._blocks.popitem(last=False)
            self._blocks[index] = self._reader.read_at(index * _BLOCK, _BLOCK)
        return self._blocks[index]


class Table:
    """One table.

    Args:
        flat: the buffer.
        position: where the table begins.

    Raises:
        Malformed: table or vtable are not in the file.
    """

    def __init__(self, flat: Flat, position: int) -> None:
        flat.budget.spend_steps(1)
        self._flat = flat
        self.position = position
        self._vtable = position - flat.number(position, 4, signed=True)
        self._length = flat.number(self._vtable, 2)
        size = flat.number(self._vtable + 2, 2)
        if self._length < 4 or self._length % 2 or size < 4:
            raise Malformed("a table describes itself as smaller than any", position)
        flat.hold(self._vtable, self._length)
        flat.hold(position, size)
        self._size = size

    def place(self, index: int, width: int) -> int:
        """Where a field of `width` bytes stands; 0 where the table leaves it out.

        Raises:
            Malformed: it stands outside the table.
        """
        slot = 4 + 2 * index
        offset = self._flat.number(self._vtable + slot, 2) if slot + 2 <= self._length else 0
        if offset and offset + width > self._size:
            raise Malformed("a field stands outside its table", self.position)
        return self.position + offset if offset else 0

    def number(self, index: int, width: int, *, signed: bool = False) -> int:
        """A field that is a number; 0 where it is left out."""
        place = self.place(index, width)
        return self._flat.number(place, width, signed=signed) if place else 0

    def table(self, index: int) -> Table | None:
        """A field that is a table."""
        place = self.place(index, 4)
        return Table(self._flat, place + self._flat.number(place, 4)) if place else None

    def vector(self, index: int, width: int) -> tuple[int, int]:
        """First byte and number of the elements of a field that is a vector; none where it is left out.

        Raises:
            Malformed: it does not end in the file.
        """
        place = self.place(index, 4)
        if not place:
            return 0, 0
        start = place + self._flat.number(place, 4)
        count = self._flat.number(start, 4)
        self._flat.hold(start + 4, count * width)
        return start + 4, count

    def numbers(self, index: int, width: int) -> list[int]:
        """Signed numbers of a vector; the budget is charged for them.

        Raises:
            BudgetExceeded: there are more than any such list has.
        """
        start, count = self.vector(index, width)
        if count > _MOST:
            raise BudgetExceeded(f"a list holds {count} numbers, more than the {_MOST} that are read")
        self._flat.budget.spend_steps(count)
        data = self._flat.bytes_at(start, count * width) if count else b""
        return [int.from_bytes(data[at : at + width], "little", signed=True) for at in range(0, len(data), width)]

    def tables(self, index: int) -> Iterator[Table]:
        """Tables of a vector."""
        start, count = self.vector(index, 4)
        for place in range(start, start + 4 * count, 4):
            yield Table(self._flat, place + self._flat.number(place, 4))

    def text(self, index: int, limit: int = 4096) -> str:
        """A field that is text, as far as `limit` bytes of it."""
        start, count = self.vector(index, 1)
        return self._flat.bytes_at(start, min(count, limit)).decode("utf-8", "backslashreplace") if count else ""
