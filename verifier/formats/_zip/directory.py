"""Where a zip's central directory is, by the end record, and whether only one place can be meant."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from verifier.errors import Malformed
from verifier.records import Reader

TAIL = 22 + 0xFFFF
"""Bytes from the end in which an end record can begin: its own 22 and the longest comment."""

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_SIGNATURE = b"PK\x05\x06"
_MOST_ENDS = 16
"""End records tried in one tail; a genuine archive has one, and a few more inside a stored member at its end."""


@dataclass(frozen=True, slots=True)
class Directory:
    """A zip's central directory as one end record describes it.

    Args:
        offset: where the directory begins in the file.
        size: its bytes.
        count: entries it is said to have.
        shift: bytes the recorded offsets are off by, because something was put before the archive. Python's reader adds
            them, torch's does not.
        end: offset of the end record.
        limit: offset behind the archive's comment; what follows belongs to nothing.
        tail_end: offset behind the directory: where the first of the end records begins.
        rivals: offsets of other end records behind the directory.
    """

    offset: int
    size: int
    count: int
    shift: int
    end: int
    limit: int
    tail_end: int
    rivals: tuple[int, ...] = ()


def find_directory(reader: Reader) -> Directory | None:
    """The directory a zip reader finds from the end of the file; None where there is none.

    One read at the end; where an end record's signature shows, a few small ones before it.

    Raises:
        Malformed: more end records than can be tried, or one that names several disks.
    """
    start = max(0, reader.size - TAIL)
    tail = reader.read_at(start, reader.size - start)
    places = _places(tail)
    if len(places) > _MOST_ENDS:
        raise Malformed(f"{len(places)} end records stand in the last {TAIL} bytes", start + places[0])
    for place in reversed(places):
        found = _directory(reader, start + place, tail[place:])
        if found is not None:
            rivals = tuple(start + p for p in places if p != place and start + p >= found.tail_end)
            return replace(found, rivals=rivals)
    return None


def _places(tail: bytes) -> list[int]:
    places = []
    at = tail.find(_SIGNATURE)
    while 0 <= at <= len(tail) - _END.size:
        places.append(at)
        at = tail.find(_SIGNATURE, at + 1)
    return places


@dataclass(frozen=True, slots=True)
class _End:
    count: int
    size: int
    offset: int
    begins: int


def _directory(reader: Reader, at: int, record: bytes) -> Directory | None:
    _, disk, first_disk, disk_count, count, size, offset, comment = _END.unpack_from(record)
    end = _end64(reader, at, _End(count, size, offset, at)) or _End(count, size, offset, at)
    begins = end.begins - end.size
    if begins < end.offset:
        return None
    if end.size and reader.read_at(begins, 4) != b"PK\x01\x02":
        return None
    if disk not in (0, 0xFFFF) or first_disk not in (0, 0xFFFF) or disk_count != count:
        raise Malformed("the archive is spread over several disks", at)
    return Directory(begins, end.size, end.count, begins - end.offset, at, at + _END.size + comment, end.begins)


def _end64(reader: Reader, at: int, short: _End) -> _End | None:
    """The zip64 end record, which counts for readers wherever its locator stands before the end record.

    Raises:
        Malformed: locator, zip64 record and end record do not agree with each other.
    """
    locator = reader.read_at(at - _LOCATOR.size, _LOCATOR.size) if at >= _LOCATOR.size + _END64.size else b""
    if not locator.startswith(b"PK\x06\x07"):
        return None
    _, disk, stated, disks = _LOCATOR.unpack(locator)
    place = at - _LOCATOR.size - _END64.size
    record = reader.read_at(place, _END64.size)
    if record[:4] != b"PK\x06\x06":
        raise Malformed("the zip64 end record is not right before its locator", place)
    _, length, _, _, this_disk, first_disk, disk_count, count, size, offset = _END64.unpack(record)
    if length != _END64.size - 12 or disk or disks > 1 or this_disk or first_disk or disk_count != count:
        raise Malformed("the zip64 end record names several disks or unknown fields", place)
    long = _End(count, size, offset, place)
    if stated + (place - size - offset) != place:
        raise Malformed("the zip64 locator points somewhere else than the zip64 end record", at - _LOCATOR.size)
    for value, short_value, unknown in (
        (count, short.count, 0xFFFF),
        (size, short.size, 0xFFFFFFFF),
        (offset, short.offset, 0xFFFFFFFF),
    ):
        if short_value not in (value, unknown):
            raise Malformed("the end record and the zip64 end record describe different directories", at)
    return long
