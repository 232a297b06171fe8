"""The fields of a message, one after the other; what a field holds is stepped over and never copied unasked.

Source: protobuf.dev/programming-guides/encoding. What no writer of the formats read here produces is refused: groups,
tags of more than 32 bits, varints of more than 64, fields that end behind their message.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._context import Budget
from verifier.records import Reader

VARINT: Final = 0
FIXED64: Final = 1
BYTES: Final = 2
FIXED32: Final = 5

MAX_DEPTH: Final = 100
"""Messages within messages that protobuf's own parsers follow (default recursion limit)."""

_MAX_TAG: Final = (1 << 32) - 1
_MAX_VARINT: Final = (1 << 64) - 1
_LONGEST: Final = 20
"""Bytes a tag and the number behind it can take: two varints of ten."""

_FIRST: Final = 128
"""Bytes read after a jump; a tensor's description takes about half of them."""

_MOST: Final = 32 << 10
"""Bytes read at once where fields follow each other."""

_BATCH: Final = 512
"""Fields walked between two looks at the budget."""


class Field(NamedTuple):
    """One field of a message.

    Args:
        number: as the schema counts.
        wire: VARINT, FIXED64, BYTES or FIXED32.
        value: of a VARINT: the number, unsigned; else 0.
        start: first byte of the payload in the artifact.
        end: the byte behind it.
    """

    number: int
    wire: int
    value: int
    start: int
    end: int


class Wire:
    """Walks messages in an artifact through a window that grows where fields follow each other.

    What is read beyond the fields themselves is less than they take, and _FIRST bytes a jump.

    Args:
        reader: over the artifact.
        budget: charged a step a field.
    """

    def __init__(self, reader: Reader, budget: Budget) -> None:
        self._reader = reader
        self._budget = budget
        self._base = 0
        self._data = b""
        self._step = _FIRST
        self._uncounted = 0

    @property
    def size(self) -> int:
        """Bytes in the artifact."""
        return self._reader.size

    def fields(self, start: int, end: int) -> Iterator[Field]:
        """The fields of the message that fills a range.

        Raises:
            Malformed: the bytes are no message.
            BudgetExceeded: too many fields.
        """
        position = start
        while position < end:
            at = position - self._base
            if at < 0 or at + _LONGEST > len(self._data):
                at = self._load(position)
            data = self._data
            try:
                tag, at = (data[at], at + 1) if data[at] < 0x80 else _varint(data, at)
                value = 0
                if tag & 7 == BYTES:
                    length, at = (data[at], at + 1) if data[at] < 0x80 else _varint(data, at)
                    begin = self._base + at
                    stop = begin + length
                elif tag & 7 == VARINT:
                    begin = self._base + at
                    value, at = (data[at], at + 1) if data[at] < 0x80 else _varint(data, at)
                    stop = self._base + at
                else:
                    begin = self._base + at
                    stop = begin + _fixed(tag, position)
            except IndexError:
                raise Malformed("a field is cut short", position) from None
            except ValueError:
                raise Malformed("a number takes more than 64 bits", position) from None
            if not 7 < tag <= _MAX_TAG:
                raise Malformed("a field has a number that no schema has", position)
            if stop > end:
                raise Malformed(f"a field ends {stop - end} bytes behind its message", position)
            self._uncounted += 1
            if self._uncounted == _BATCH:
                self._budget.spend_steps(_BATCH)
                self._uncounted = 0
            position = stop
            yield Field(tag >> 3, tag & 7, value, begin, stop)

    def content(self, field: Field, limit: int) -> bytes:
        """The payload of a field.

        Raises:
            BudgetExceeded: it has more than `limit` bytes.
        """
        if field.end - field.start > limit:
            raise BudgetExceeded(f"a field has {field.end - field.start} bytes, more than the {limit} that are read")
        at = field.start - self._base
        if at < 0 or field.end - self._base > len(self._data):
            at = self._load(field.start, field.end - field.start)
        return self._data[at : at + field.end - field.start]

    def text(self, field: Field, limit: int = 1 << 16) -> str:
        """The payload as text; bytes that are no UTF-8 show as escapes.

        Raises:
            BudgetExceeded: it has more than `limit` bytes.
        """
        return self.content(field, limit).decode("utf-8", "backslashreplace")

    def numbers(self, field: Field, most: int = 1024) -> list[int]:
        """A repeated varint, packed or not, as signed 64-bit numbers.

        Raises:
            Malformed: the payload is no sequence of varints.
            BudgetExceeded: there are more than `most`.
        """
        if field.wire == VARINT:
            return [_signed(field.value)]
        data = self.content(field, 10 * most)
        found: list[int] = []
        at = 0
        try:
            while at < len(data):
                value, at = _varint(data, at)
                found.append(_signed(value))
        except (IndexError, ValueError):
            raise Malformed("a list of numbers is broken", field.start) from None
        if len(found) > most:
            raise BudgetExceeded(f"a list holds more than {most} numbers")
        return found

    def _load(self, position: int, least: int = 0) -> int:
        """Moves the window to `position`; its index in it."""
        follows = self._base <= position <= self._base + len(self._data)
        self._step = min(2 * self._step, _MOST) if follows else _FIRST
        self._data = self._reader.read_at(position, max(self._step, least))
        self._base = position
        return 0


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number at `at` and where it ends; IndexError where the data end, ValueError above 64 bits."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift > 63:
            raise ValueError
    if value > _MAX_VARINT:
        raise ValueError
    return value, at


def _fixed(tag: int, position: int) -> int:
    """Bytes of a payload of fixed size.

    Raises:
        Malformed: the wire type is none, or that of a group.
    """
    match tag & 7:
        case 1:
            return 8
        case 5:
            return 4
        case 3 | 4:
            raise Malformed("a field is a group, which these formats do not have", position)
        case unknown:
            raise Malformed(f"a field is of the unknown wire type {unknown}", position)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value
