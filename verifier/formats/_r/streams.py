"""The numbers and texts of R's three encodings: big-endian (XDR), the writer's own little-endian, and ASCII."""

from __future__ import annotations

import re
import struct
from typing import Final, Protocol

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._context import Budget
from verifier.formats._cursor import Cursor
from verifier.records import Reader

LONGEST: Final = 1 << 24
"""Bytes of a text that are read; longer ones are passed over."""

_CHARS: Final = 9
_HAS_ATTRIBUTES: Final = 1 << 9
_NA: Final = -(1 << 31)
_WORD: Final = 100
"""Characters of a word (MAXELTSIZE is larger; numbers have at most some thirty)."""

_SPACE: Final = b" \t\n\v\f\r"
_DIGITS: Final = re.compile(rb"[+-]?\d{1,11}")
_REAL: Final = re.compile(rb"[+-]?(\d+\.?\d*([eE][+-]?\d+)?|0[xX][0-9a-fA-F.]+([pP][+-]?\d+)?|Inf)|NA|NaN")
_HEX: Final = re.compile(rb"[0-9a-fA-F]{2}")


class Stream(Protocol):
    """What the walk reads from; every method raises Malformed where the stream ends or holds something else."""

    @property
    def position(self) -> int:
        """Offset in the file."""

    def integer(self) -> int:
        """A signed 32-bit number."""

    def text(self, length: int) -> bytes:
        """A text of so many bytes; as far as LONGEST."""

    def numbers(self, count: int, width: int) -> None:
        """Passes over the values of a vector: `width` is 1 for raw bytes, 4 for integers, 8 for reals."""

    def texts(self, count: int) -> None:
        """Passes over the items of a vector of texts."""

    def spend(self) -> None:
        """Counts an item."""


def text_length(flags: int, length: int, position: int) -> int:
    """Bytes of a text of which these are flags and length; -1 stands for one that is missing.

    Raises:
        Malformed: it is no text.
    """
    if flags & 0xFF != _CHARS or flags & _HAS_ATTRIBUTES or length < -1:
        raise Malformed("a text is expected", position)
    return max(0, length)


class Binary(Cursor):
    """XDR with order `>`, the native encoding with `<`."""

    def __init__(self, reader: Reader, budget: Budget, order: str) -> None:
        super().__init__(reader, budget, order)
        self._text = struct.Struct(order + "Ii")

    def integer(self) -> int:
        """A signed 32-bit number."""
        return int.from_bytes(self.take(4), "big" if self._order == ">" else "little", signed=True)

    def text(self, length: int) -> bytes:
        """A text."""
        found = self.take(min(length, LONGEST))
        self.skip(length - len(found))
        return found

    def numbers(self, count: int, width: int) -> None:
        """Passes over a vector without reading it."""
        self.skip(count * width)

    def texts(self, count: int) -> None:
        """Reads flags and lengths only."""
        while count:
            self._check(8 * count)
            if self._at + 8 > len(self._window):
                self._refill(8)
            before = count
            count = self._texts_within(count)
            self._budget.spend_steps(before - count)

    def _texts_within(self, count: int) -> int:
        """Texts left when the window ends. This loop is what tables of texts cost."""
        window, at, last = self._window, self._at, len(self._window) - 8
        while count and at <= last:
            flags, length = self._text.unpack_from(window, at)
            at += 8 + text_length(flags, length, self._start + at)
            count -= 1
        self._at = at
        self._check(0)
        return count


class Ascii(Cursor):
    """Words between blanks; bytes of texts that are no plain characters stand as escapes."""

    def __init__(self, reader: Reader, budget: Budget) -> None:
        super().__init__(reader, budget, ">")

    def integer(self) -> int:
        """A signed 32-bit number."""
        word = self._word()
        if word == b"NA":
            return _NA
        value = int(word) if _DIGITS.fullmatch(word) else 1 << 31
        if not _NA <= value < 1 << 31:
            raise Malformed("a number is expected", self.position)
        return value

    def text(self, length: int) -> bytes:
        """A text."""
        if length > LONGEST:
            raise BudgetExceeded(f"a text of {length} bytes in the ASCII encoding")
        if not length:
            return b""
        found = bytearray()
        char = self._after_blanks()
        while True:
            found += self._escape() if char == b"\\" else char
            if len(found) == length:
                return bytes(found)
            char = self.take(1)

    def numbers(self, count: int, width: int) -> None:
        """Reads a vector word for word."""
        expected = {1: _HEX, 4: _DIGITS, 8: _REAL}[width]
        for _ in range(count):
            self.spend()
            word = self._word()
            if not expected.fullmatch(word) and (word, width) != (b"NA", 4):
                raise Malformed("a value of a vector is no number", self.position)

    def texts(self, count: int) -> None:
        """Reads one after the other."""
        for _ in range(count):
            self.spend()
            self.text(text_length(self.integer(), self.integer(), self.position))

    def _after_blanks(self) -> bytes:
        while (char := self.take(1)) in _SPACE:
            pass
        return char

    def _word(self) -> bytes:
        word = self._after_blanks()
        while len(word) < _WORD and self.left and (char := self.take(1)) not in _SPACE:
            word += char
        return word

    def _escape(self) -> bytes:
        char = self.take(1)
        if char not in b"01234567":
            return {b"n": b"\n", b"t": b"\t", b"v": b"\v", b"b": b"\b", b"r": b"\r", b"f": b"\f", b"a": b"\a"}.get(
                char, char
            )
        digits = char
        while len(digits) < 3 and (char := self._peek()) in b"01234567" and char:
            digits += self.take(1)
        return bytes([int(digits, 8) & 0xFF])

    def _peek(self) -> bytes:
        if not self.left:
            return b""
        found = self.take(1)
        self._at -= 1
        return found
