"""From a pack of git (gitformat-pack(5)) to the commits and trees in it; bounded, and nothing is written."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Final

from verifier.records.git import object_id

MAX_OBJECTS = 200_000
"""Objects a pack may have; a repository of the hub's 100 000 files has no more than this without its history."""

MAX_INFLATED = 256 << 20
"""Bytes that all objects of a pack may have together."""

MAX_CHAIN = 64
"""Times deltas are gone through for further ones whose base has become known; git makes chains of 50."""

_KINDS: Final = {1: "commit", 2: "tree", 3: "blob", 4: "tag"}
_OFFSET_DELTA, _ID_DELTA = 6, 7
_PIECE = 4096


@dataclass(frozen=True, slots=True)
class _Delta:
    """How an object differs from another one: from that at an offset of the pack, or from that of an id."""

    base: int | str
    change: bytes


@dataclass(slots=True)
class _Reading:
    """A pack, as far as it is read."""

    pack: bytes
    at: int = 12
    inflated: int = 0
    whole: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    deltas: dict[int, _Delta] = field(default_factory=dict)

    def size(self, byte: int) -> int:
        """The size of an object, whose first four bits stand in its first byte, further ones seven to a byte."""
        value, shift = byte & 15, 4
        while byte & 0x80:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if shift > 63:
                raise ValueError("a size in the pack has no end")
        return value

    def byte(self) -> int:
        if self.at >= len(self.pack):
            raise ValueError("the pack is cut off")
        self.at += 1
        return self.pack[self.at - 1]

    def back(self) -> int:
        """The distance to the base of a delta: big-endian groups of seven bits, each but the last one more."""
        byte = self.byte()
        value = byte & 0x7F
        while byte & 0x80:
            byte = self.byte()
            value = ((value + 1) << 7) | (byte & 0x7F)
            if value >= len(self.pack):
                raise ValueError("a base lies outside of the pack")
        return value

    def inflate(self, size: int) -> bytes:
        self.inflated += size
        if self.inflated > MAX_INFLATED:
            raise ValueError(f"the pack's objects have more than {MAX_INFLATED >> 20} MiB")
        stream, parts, left = zlib.decompressobj(), [], size + 1
        while not stream.eof:
            piece = self.pack[self.at : self.at + _PIECE]
            if not piece:
                raise ValueError("the pack is cut off")
            while piece and not stream.eof:
                part = stream.decompress(piece, left)
                parts.append(part)
                left -= len(part)
                if not left:
                    raise ValueError("an object of the pack is larger than it says")
                self.at += len(piece) - len(stream.unconsumed_tail) - len(stream.unused_data)
                piece = stream.unconsumed_tail
        if left != 1:
            raise ValueError("an object of the pack is smaller than it says")
        return b"".join(parts)


def objects(pack: bytes) -> dict[str, tuple[str, bytes]]:
    """Id to kind and bytes of the commits and trees of a pack.

    Raises:
        ValueError: it is no pack, or a larger one than is read; the text says which, and fits into a sentence.
    """
    if pack[:4] != b"PACK" or int.from_bytes(pack[4:8], "big") not in (2, 3):
        raise ValueError("it is no pack of git")
    count = int.from_bytes(pack[8:12], "big")
    if count > MAX_OBJECTS:
        raise ValueError(f"the pack has more than {MAX_OBJECTS} objects")
    reading = _Reading(pack)
    try:
        for _ in range(count):
            _read(reading)
    except zlib.error as error:
        raise ValueError("an object of the pack is not compressed as it should be") from error
    return _resolved(reading)


def _read(reading: _Reading) -> None:
    start = reading.at
    head = reading.byte()
    kind = head >> 4 & 7
    size = reading.size(head)
    base: int | str | None = None
    if kind == _OFFSET_DELTA:
        base = start - reading.back()
    elif kind == _ID_DELTA:
        base = reading.pack[reading.at : reading.at + 20].hex()
        reading.at += 20
    elif kind not in _KINDS:
        raise ValueError("the pack has an object of no known kind")
    body = reading.inflate(size)
    if base is not None:
        reading.deltas[start] = _Delta(base, body)
    elif kind != 3:
        reading.whole[start] = (_KINDS[kind], body)


def _resolved(reading: _Reading) -> dict[str, tuple[str, bytes]]:
    """The objects by id; deltas are carried out as soon as their base is known, those on blobs never."""
    found = {object_id(kind, body): (kind, body) for kind, body in reading.whole.values()}
    waiting = reading.deltas
    for _ in range(MAX_CHAIN):
        for start, delta in list(waiting.items()):
            base = found.get(delta.base) if isinstance(delta.base, str) else reading.whole.get(delta.base)
            if base is not None:
                body = _changed(base[1], delta.change, reading)
                reading.whole[start] = found[object_id(base[0], body)] = (base[0], body)
                del waiting[start]
    return found


def _changed(base: bytes, change: bytes, reading: _Reading) -> bytes:
    """What a delta makes of its base: a series of pieces copied from it and pieces that are new."""
    steps = _Steps(change)
    if steps.number() != len(base):
        raise ValueError("a delta of the pack belongs to another object")
    size, made = steps.number(), bytearray()
    reading.inflated += size
    if reading.inflated > MAX_INFLATED:
        raise ValueError(f"the pack's objects have more than {MAX_INFLATED >> 20} MiB")
    while steps.at < len(change):
        step = steps.byte()
        if step & 0x80:
            offset = steps.picked(step, 4)
            length = steps.picked(step >> 4, 3) or 0x10000
            piece = base[offset : offset + length]
        else:
            length = step
            piece = change[steps.at : steps.at + step]
            steps.at += step
        if len(piece) != length or not length or len(made) + length > size:
            raise ValueError("a delta of the pack leads outside of its object")
        made += piece
    if len(made) != size:
        raise ValueError("a delta of the pack makes too little")
    return bytes(made)


@dataclass(slots=True)
class _Steps:
    """The bytes of a delta, as far as they are carried out."""

    change: bytes
    at: int = 0

    def byte(self) -> int:
        if self.at >= len(self.change):
            raise ValueError("a delta of the pack is cut off")
        self.at += 1
        return self.change[self.at - 1]

    def number(self) -> int:
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value
            if shift > 63:
                raise ValueError("a size in the pack has no end")

    def picked(self, bits: int, most: int) -> int:
        """A number of which only the bytes are written that the bits name."""
        return sum(self.byte() << 8 * place for place in range(most) if bits >> place & 1)
