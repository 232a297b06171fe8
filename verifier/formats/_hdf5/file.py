"""The bytes of an HDF5 file: superblock (II.A), addresses, and a cursor over a block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from verifier.errors import Malformed
from verifier.formats._hdf5.signature import SIGNATURE
from verifier.records import Reader

MAX_BLOCK: Final = 16 << 20
"""Bytes of one block of metadata; the library writes a few KB, local heaps of many thousand names some MB."""

_RANGE: Final = 64
"""Steps that a range counts for, as many are remembered and blocks may name the same ones again."""

_UNDEFINED: Final = {4: 0xFFFFFFFF, 8: 0xFFFFFFFFFFFFFFFF}


class Unsupported(Exception):
    """A part of the specification that is legal and not understood here; the message names it."""


class Cursor:
    """Fields of a block of metadata, little-endian, one after the other.

    Args:
        data: the block.
        offset: of its first byte in the file, for messages.
        widths: bytes of an address and of a length.
    """

    def __init__(self, data: bytes, offset: int, widths: tuple[int, int]) -> None:
        self.data = data
        self.offset = offset
        self.at = 0
        self.widths = widths

    @property
    def left(self) -> int:
        """Bytes that are left."""
        return len(self.data) - self.at

    def take(self, count: int) -> bytes:
        """The next bytes.

        Raises:
            Malformed: there are fewer.
        """
        if count > self.left:
            raise Malformed("a block ends in the middle of a field", self.offset + self.at)
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, count: int) -> int:
        """An unsigned integer of so many bytes."""
        return int.from_bytes(self.take(count), "little")

    def address(self) -> int | None:
        """An address; None where it is undefined."""
        value = self.number(self.widths[0])
        return None if value == _UNDEFINED[self.widths[0]] else value

    def length(self) -> int:
        """A length."""
        return self.number(self.widths[1])

    def part(self, count: int) -> Cursor:
        """A cursor over the next bytes, which are passed over."""
        start = self.offset + self.at
        return Cursor(self.take(count), start, self.widths)

    def text(self) -> bytes:
        """Bytes up to a NUL, or to the end; the NUL is passed over."""
        end = self.data.find(b"\0", self.at)
        end = len(self.data) if end < 0 else end
        found = self.data[self.at : end]
        self.at = min(end + 1, len(self.data))
        return found


class File:
    """An HDF5 file from its superblock on. Addresses count from there.

    Args:
        reader: over the whole file.
        start: where the superblock begins.
        spend: counts units of work.

    Raises:
        Malformed: the superblock contradicts itself or the file.
        Unsupported: it has features that are not understood.
    """

    def __init__(self, reader: Reader, start: int, spend: Callable[[int], None]) -> None:
        self._reader = reader
        self._spend = spend
        self.start = start
        self.widths = (8, 8)
        self.metadata: list[tuple[int, int]] = []
        """Ranges `(start, end)` of the file that were understood as structure."""
        head = Cursor(reader.read_at(start, 128), start, self.widths)
        head.take(len(SIGNATURE))
        version = head.number(1)
        if version > 3:
            raise Malformed(f"its superblock has version {version}; there are 0 to 3", start)
        self.root, end = self._first(head, version) if version < 2 else self._second(head)
        self.metadata.append((start, start + head.at))
        self.end = start + end
        if self.end > reader.size:
            raise Malformed(f"it is cut short: its superblock says that it ends at byte {self.end}", start)

    def _first(self, head: Cursor, version: int) -> tuple[int, int]:
        head.take(4)
        self._width(head)
        head.take(1 + 2 + 2 + 4 + (4 if version else 0))
        base, _, end, driver = (head.address() for _ in range(4))
        if driver is not None:
            raise Unsupported("a driver spreads the file over others")
        head.address()
        root = head.address()
        head.take(4 + 4 + 16)
        return self._checked(base, end, root)

    def _second(self, head: Cursor) -> tuple[int, int]:
        self._width(head)
        head.take(1)
        base, extension, end, root = (head.address() for _ in range(4))
        head.take(4)
        if extension is not None:
            raise Unsupported("its superblock has an extension")
        return self._checked(base, end, root)

    def _width(self, head: Cursor) -> None:
        self.widths = (head.number(1), head.number(1))
        if not {*self.widths} <= {4, 8}:
            raise Malformed(f"its addresses and lengths have {self.widths} bytes; there are 4 and 8", self.start)
        head.widths = self.widths

    def _checked(self, base: int | None, end: int | None, root: int | None) -> tuple[int, int]:
        if base != self.start:
            raise Malformed(f"its base address is {base}, but its superblock stands at {self.start}", self.start)
        if end is None or root is None:
            raise Malformed("its superblock has no end or no root", self.start)
        return root, end - (base if end >= base else 0)

    def block(self, address: int, length: int) -> Cursor:
        """A block of metadata, whose bytes count as understood.

        Raises:
            Malformed: it is not within the file.
            BudgetExceeded: too much was read.
        """
        if length > MAX_BLOCK:
            raise Malformed(f"a block of {length} bytes is said to be metadata", self.start + address)
        self._spend(1 + length // 16)
        start, end = self.bounds(address, length)
        self.metadata.append((start, end))
        return Cursor(self._reader.read_at(start, length), start, self.widths)

    def bounds(self, address: int, length: int) -> tuple[int, int]:
        """The range in the whole file of so many bytes at an address.

        Raises:
            Malformed: it is not within the file.
            BudgetExceeded: too many ranges were asked for.
        """
        self._spend(_RANGE)
        start = self.start + address
        if start + length > self.end:
            raise Malformed(f"{length} bytes are said to stand at byte {start}; the file ends at {self.end}", start)
        return start, start + length
