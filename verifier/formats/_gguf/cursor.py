"""Forward reading of GGUF's numbers and strings through a small window."""

from __future__ import annotations

import struct

from verifier.errors import Malformed
from verifier.formats import _cursor
from verifier.formats._context import Budget
from verifier.records import Reader

_SAMPLE = 100
"""Strings from which the length of others is foreseen."""


class Cursor(_cursor.Cursor):
    """A place in the metadata of a GGUF file; the budget is charged for strings too."""

    def __init__(self, reader: Reader, budget: Budget, order: str) -> None:
        super().__init__(reader, budget, order)
        self._length = struct.Struct(order + "Q")

    def text(self, limit: int, what: str) -> str:
        """The next string.

        Raises:
            Malformed: longer than `limit` bytes, not UTF-8, or the file ends before.
        """
        place, length = self.position, self.number("Q")
        if length > limit:
            raise Malformed(f"{what} is said to have {length} bytes; no genuine one has more than {limit}", place)
        try:
            return self.take(length).decode()
        except UnicodeDecodeError as error:
            raise Malformed(f"{what} is not UTF-8", place) from error

    def skip_strings(self, count: int) -> None:
        """Passes over strings, reading their lengths only, as far as the window lets.

        What the rest takes is foreseen from a window full of them, so that a vocabulary costs few reads.

        Raises:
            Malformed: the file ends before.
        """
        expected = 0
        while count:
            self._check(8 * count)
            if self._at + 8 > len(self._window):
                self._refill(8, expected)
            self._budget.spend_steps(1 + min(count, len(self._window) // 8))
            begin, left = self._at, self._skip_within(count)
            passed = count - left
            taken = min(self._at, len(self._window)) - begin
            expected = left * taken // passed if passed >= _SAMPLE else 0
            count = left

    def _skip_within(self, count: int) -> int:
        """Strings left when the window ends. This loop is what long vocabularies cost."""
        window, at, unpack = self._window, self._at, self._length.unpack_from
        try:
            for left in range(count, 0, -1):
                count = left
                at += unpack(window, at)[0] + 8
            count = 0
        except (struct.error, OverflowError):
            pass
        self._at = at
        self._check(0)
        return count
