"""Forward reading of numbers and bytes through a small window."""

from __future__ import annotations

import struct

from verifier.errors import Malformed
from verifier.formats._context import Budget
from verifier.records import Reader

WINDOW = 64 << 10
"""Bytes read at once, up to a multiple of it, and so read in vain behind the structure at most."""

MOST_EXPECTED = 8 << 20
"""Bytes read at once at most where the structure lets it be foreseen that they are needed."""


class Cursor:
    """A place in a file.

    Args:
        reader: over the file.
        budget: charged for values.
        order: `<` or `>`, as `struct` has it.
    """

    def __init__(self, reader: Reader, budget: Budget, order: str) -> None:
        self._reader = reader
        self._budget = budget
        self._order = order
        self._window = b""
        self._start = 0
        self._at = 0

    @property
    def position(self) -> int:
        """Offset in the file."""
        return self._start + self._at

    @property
    def left(self) -> int:
        """Bytes up to the end of the file."""
        return self._reader.size - self.position

    def number(self, code: str) -> int:
        """The next integer, of a `struct` format.

        Raises:
            Malformed: the file ends before.
        """
        value: int = struct.unpack(self._order + code, self.take(struct.calcsize(code)))[0]
        return value

    def take(self, length: int) -> bytes:
        """The next bytes.

        Raises:
            Malformed: the file ends before.
        """
        self._check(length)
        if self._at + length > len(self._window):
            self._refill(length)
        self._at += length
        return self._window[self._at - length : self._at]

    def skip(self, length: int) -> None:
        """Passes over bytes without reading them.

        Raises:
            Malformed: the file ends before.
        """
        self._check(length)
        self._at += length

    def spend(self) -> None:
        """Counts a value.

        Raises:
            BudgetExceeded: too many.
        """
        self._budget.spend_steps(1)

    def _check(self, length: int) -> None:
        if length > self.left:
            message = f"{length} more bytes are promised, but the file has {max(0, self.left)}"
            raise Malformed(message, min(self.position, self._reader.size))

    def _refill(self, length: int, expected: int = 0) -> None:
        """Moves the window here. `expected` bytes are read at once where they are more than `length`, up to a limit."""
        self._start, self._at = self.position, 0
        end = self._start + max(length, min(expected, MOST_EXPECTED))
        self._window = self._reader.read_at(self._start, -(-end // WINDOW) * WINDOW - self._start)
        if len(self._window) < length:
            raise Malformed("the file ends before its structure does", self._start)
