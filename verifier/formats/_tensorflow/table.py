"""Sorted tables as TensorFlow and LevelDB write them: keys and values in blocks, the place of each in an index.

Source: leveldb doc/table_format.md; tensorflow/tsl/lib/io/format.cc. TensorFlow writes its checkpoints' tables without
compression.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._context import Budget
from verifier.records import Reader

MAGIC: Final = (0xDB4775248B80FB57).to_bytes(8, "little")
"""Last bytes of a table (kTableMagicNumber)."""

FOOTER: Final = 48
"""Bytes at the end: two places, padded, and the magic number."""

MAX_BLOCK: Final = 64 << 20
"""Bytes of a block that is read; TensorFlow begins a new one after 256 KiB."""

_TRAILER: Final = 5
"""Bytes behind a block: its compression and checksum."""


def is_table(reader: Reader) -> bool:
    """Whether the file ends as a table does; one read."""
    return reader.size >= FOOTER and reader.read_at(reader.size - 8, 8) == MAGIC


def entries(reader: Reader, budget: Budget) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values, in order.

    Raises:
        Malformed: it is no table, or a compressed one.
        BudgetExceeded: it is larger than is inspected.
    """
    if not is_table(reader):
        raise Malformed("the file does not end as a table does")
    footer = reader.read_at(reader.size - FOOTER, FOOTER)
    _, at = _place(footer, 0)
    index, _ = _place(footer, at)
    for _, value in _block(reader, budget, index):
        place, _ = _place(value, 0)
        yield from _block(reader, budget, place)


def _block(reader: Reader, budget: Budget, place: tuple[int, int]) -> Iterator[tuple[bytes, bytes]]:
    """The entries of one block; each key shares a beginning with the one before."""
    offset, size = place
    if size > MAX_BLOCK:
        raise BudgetExceeded(f"a block has {size} bytes, more than the {MAX_BLOCK} that are read")
    data = reader.read_at(offset, size + _TRAILER)
    if len(data) < size + _TRAILER or size < 4:
        raise Malformed("a block is cut short", offset)
    if data[size]:
        raise Malformed("a block is compressed", offset)
    end = size - 4 - 4 * int.from_bytes(data[size - 4 : size], "little")
    at, key = 0, b""
    while at < end:
        budget.spend_steps(1)
        shared, at = _number(data, at)
        fresh, at = _number(data, at)
        length, at = _number(data, at)
        if shared > len(key) or at + fresh + length > end:
            raise Malformed("an entry is longer than its block", offset)
        key = key[:shared] + data[at : at + fresh]
        at += fresh + length
        yield key, data[at - length : at]
    if at != end:
        raise Malformed("a block does not end where it says", offset)


def _place(data: bytes, at: int) -> tuple[tuple[int, int], int]:
    offset, at = _number(data, at)
    size, at = _number(data, at)
    return (offset, size), at


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A varint and where it ends."""
    value = 0
    for shift, byte in zip(range(0, 64, 7), data[at : at + 10], strict=False):
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
    raise Malformed("a number is cut short or too long")
