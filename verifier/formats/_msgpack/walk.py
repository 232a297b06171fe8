"""The values of a MessagePack document, one after the other, payloads stepped over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from verifier.errors import Malformed
from verifier.records import Reader

MAX_DEPTH: Final = 1024
"""Containers inside containers; the reference implementation in C refuses more (msgpack/unpack_template.h)."""

_BLOCK: Final = 16 << 10
"""Bytes read at once; a payload longer than this is stepped over unread."""


class Kind(Enum):
    """What a value is."""

    ARRAY = "array"
    MAP = "map"
    TEXT = "text"
    BYTES = "bytes"
    EXTENSION = "extension"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Value:
    """A value.

    Args:
        kind: what it is.
        start: offset of its first byte.
        body: offset behind its header.
        size: bytes of a payload that follows, or values in a container (two for each entry of a map).
        depth: containers around it.
        code: of an extension.
        is_key: whether it is the key of an entry of a map.
    """

    kind: Kind
    start: int
    body: int
    size: int
    depth: int
    code: int = 0
    is_key: bool = False

    @property
    def end(self) -> int:
        """Offset behind header and payload; a container's values follow there."""
        return self.body if self.kind in (Kind.ARRAY, Kind.MAP, Kind.PLAIN) else self.body + self.size


_LENGTHS: Final = {
    **dict.fromkeys(range(0xD4, 0xD9), (Kind.EXTENSION, 0)),
    0xC4: (Kind.BYTES, 1),
    0xC5: (Kind.BYTES, 2),
    0xC6: (Kind.BYTES, 4),
    0xC7: (Kind.EXTENSION, 1),
    0xC8: (Kind.EXTENSION, 2),
    0xC9: (Kind.EXTENSION, 4),
    0xD9: (Kind.TEXT, 1),
    0xDA: (Kind.TEXT, 2),
    0xDB: (Kind.TEXT, 4),
    0xDC: (Kind.ARRAY, 2),
    0xDD: (Kind.ARRAY, 4),
    0xDE: (Kind.MAP, 2),
    0xDF: (Kind.MAP, 4),
}
"""First byte to kind and width of the length that follows; without one, the first byte gives it."""

_PLAIN: Final = {
    **dict.fromkeys((0xC0, 0xC2, 0xC3), 0),
    **dict.fromkeys((0xCC, 0xD0), 1),
    **dict.fromkeys((0xCD, 0xD1), 2),
    **dict.fromkeys((0xCA, 0xCE, 0xD2), 4),
    **dict.fromkeys((0xCB, 0xCF, 0xD3), 8),
}
"""First byte to bytes that follow, of nil, truth values and numbers."""


def walk(
    reader: Reader, start: int = 0, end: int | None = None, spend: Callable[[int], None] | None = None
) -> Iterator[Value]:
    """The first document in a range of bytes: its value, and all values in it, in order.

    Args:
        reader: over the bytes.
        start: where the document begins.
        end: where the bytes end; None is the end of the reader.
        spend: counts units of work.

    Raises:
        Malformed: a value is of no type, is cut short, is nested more than `MAX_DEPTH` deep, or announces
            more values than bytes are left.
        BudgetExceeded: as `spend` does.
    """
    source = _Source(reader, reader.size if end is None else min(end, reader.size))
    open_: list[list[int]] = []
    at = start
    while True:
        while open_ and not open_[-1][0]:
            open_.pop()
        if at > start and not open_:
            return
        if open_:
            open_[-1][0] -= 1
        if spend is not None:
            spend(1)
        is_key = bool(open_) and bool(open_[-1][1]) and open_[-1][0] % 2 == 1
        value = _value(source, at, len(open_), is_key=is_key)
        if value.kind in (Kind.ARRAY, Kind.MAP):
            if value.size > source.end - value.body:
                raise Malformed(f"{value.size} values are announced, but {source.end - value.body} bytes follow", at)
            open_.append([value.size, value.kind is Kind.MAP])
            if len(open_) > MAX_DEPTH:
                raise Malformed(f"containers are nested more than {MAX_DEPTH} deep", at)
        elif value.end > source.end:
            raise Malformed(f"a value of {value.size} bytes is cut short", at)
        at = value.end
        yield value


def _value(source: _Source, at: int, depth: int, *, is_key: bool) -> Value:
    first = source.number(at, 1)
    if first < 0x80 or first >= 0xE0:
        return Value(Kind.PLAIN, at, at + 1, 0, depth, is_key=is_key)
    if first < 0xA0:
        kind = Kind.MAP if first < 0x90 else Kind.ARRAY
        return Value(kind, at, at + 1, (first & 0x0F) * (2 if kind is Kind.MAP else 1), depth, is_key=is_key)
    if first < 0xC0:
        return Value(Kind.TEXT, at, at + 1, first & 0x1F, depth, is_key=is_key)
    if first in _PLAIN:
        if at + 1 + _PLAIN[first] > source.end:
            raise Malformed("a number is cut short", at)
        return Value(Kind.PLAIN, at, at + 1 + _PLAIN[first], 0, depth, is_key=is_key)
    if first not in _LENGTHS:
        raise Malformed(f"no value begins with {first:#x}", at)
    kind, width = _LENGTHS[first]
    body = at + 1 + width
    size = source.number(at + 1, width) if width else 1 << (first - 0xD4)
    if kind is Kind.EXTENSION:
        return Value(kind, at, body + 1, size, depth, _code(source, body), is_key)
    return Value(kind, at, body, size * (2 if kind is Kind.MAP else 1), depth, is_key=is_key)


def _code(source: _Source, at: int) -> int:
    code = source.number(at, 1)
    return code - 256 if code > 127 else code


class _Source:
    """Bytes of a reader up to an end, read a block at a time."""

    def __init__(self, reader: Reader, end: int) -> None:
        self.end = end
        self._reader = reader
        self._block = b""
        self._start = 0

    def number(self, at: int, width: int) -> int:
        """A big-endian unsigned integer.

        Raises:
            Malformed: the bytes end before it does.
        """
        if at + width > self.end:
            raise Malformed("the document ends in the middle of a value", at)
        if not self._start <= at <= self._start + len(self._block) - width:
            self._start, self._block = at, self._reader.read_at(at, min(_BLOCK, self.end - at))
        return int.from_bytes(self._block[at - self._start : at - self._start + width], "big")
