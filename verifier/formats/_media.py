"""Where pictures, sounds and videos end: bytes in, the offset behind the last one a viewer would read out."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType
from typing import Final, TypeAlias

from verifier.formats._context import Budget
from verifier.formats._readers import chunks
from verifier.records import Reader

Walk: TypeAlias = Callable[[Reader, int, Budget], int]

_JPEG: Final = b"\xff\xd8\xff"
_MARKER: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""A marker within the data of a JPEG scan that ends it (ITU T.81, B.1.1.5)."""


def end_of(reader: Reader, budget: Budget) -> int:
    """The offset behind the pictures and their like a file begins with; its size where that kind has no end of its own.

    JPEGs carry further pictures and videos behind the first (CIPA DC-007; motion photos). Where the structure stops
    making sense, the file ends here.

    Raises:
        BudgetExceeded: it has more parts than the budget allows.
    """
    at = 0
    while at < reader.size:
        head = reader.read_at(at, 8)
        walk = next((walk for (skip, magic), walk in _WALKS.items() if head[skip:].startswith(magic)), None)
        after = at if walk is None else walk(reader, at, budget)
        if after == at:
            return at or reader.size
        at = after
    return reader.size


def _png(reader: Reader, at: int, budget: Budget) -> int:
    """Chunks up to IEND (PNG, third edition, 5.3)."""
    at += 8
    while len(head := reader.read_at(at, 8)) == 8 and head[4:].isalpha():
        budget.spend_steps(1)
        after = at + 12 + int.from_bytes(head[:4], "big")
        if after > reader.size:
            break
        at = after
        if head[4:] == b"IEND":
            break
    return at


def _gif(reader: Reader, at: int, budget: Budget) -> int:
    """Blocks up to the trailer (GIF89a, 17 to 27)."""
    at += 13 + _colors(reader.read_at(at + 10, 1))
    while (mark := reader.read_at(at, 1)) in (b"\x21", b"\x2c"):
        start = at + 2 if mark == b"\x21" else at + 11 + _colors(reader.read_at(at + 9, 1))
        at = _sub_blocks(reader, start, budget)
    return at + (mark == b";")


def _colors(flags: bytes) -> int:
    """Bytes of the color table that packed fields announce."""
    return 3 << (1 + (flags[0] & 7)) if flags and flags[0] & 0x80 else 0


def _sub_blocks(reader: Reader, at: int, budget: Budget) -> int:
    while size := reader.read_at(at, 1):
        budget.spend_steps(1)
        at += 1 + size[0]
        if size == b"\0":
            break
    return min(at, reader.size)


def _jpeg(reader: Reader, at: int, budget: Budget) -> int:
    """Segments up to EOI (ITU T.81, B.1)."""
    at += 2
    while len(head := reader.read_at(at, 4)) >= 2 and head[0] == 0xFF:
        budget.spend_steps(1)
        kind = head[1]
        if kind == 0xD9:
            return at + 2
        if kind == 0xFF:
            at += 1
        elif kind == 0x01 or 0xD0 <= kind <= 0xD7:
            at += 2
        else:
            at += 2 + int.from_bytes(head[2:], "big")
            if kind == 0xDA:
                at = _scan(reader, at, budget)
    return min(at, reader.size)


def _scan(reader: Reader, at: int, budget: Budget) -> int:
    """The marker that ends the data of a scan."""
    last = b""
    for piece in chunks(reader, at):
        budget.spend_steps(1 + len(piece) // 1000)
        if found := _MARKER.search(last + piece):
            return at - len(last) + found.start()
        at += len(piece)
        last = piece[-1:]
    return reader.size


def _riff(reader: Reader, at: int, budget: Budget) -> int:
    """One chunk that holds the others, padded to even (RIFF, 1991)."""
    budget.spend_steps(1)
    size = int.from_bytes(reader.read_at(at + 4, 4), "little")
    return min(at + 8 + size + size % 2, reader.size)


def _boxes(reader: Reader, at: int, budget: Budget) -> int:
    """Boxes one after the other (ISO/IEC 14496-12, 4.2)."""
    while len(head := reader.read_at(at, 16)) >= 8 and head[4:8].decode("latin-1").isprintable():
        budget.spend_steps(1)
        size = int.from_bytes(head[:4], "big")
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size == 0:
            return reader.size
        if size < 8 or at + size > reader.size:
            break
        at += size
    return at


_WALKS: Final = MappingProxyType[tuple[int, bytes], Walk](
    {
        (0, b"\x89PNG\r\n\x1a\n"): _png,
        (0, b"GIF87a"): _gif,
        (0, b"GIF89a"): _gif,
        (0, _JPEG): _jpeg,
        (0, b"RIFF"): _riff,
        (4, b"ftyp"): _boxes,
    }
)
"""Offset and magic bytes of the kinds that have an end."""
