"""The entries of a central directory (APPNOTE 4.3.12)."""

from __future__ import annotations

import codecs
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._zip.directory import Directory
from verifier.records import Reader

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14

MAX_DIRECTORY = 64 << 20
"""Bytes of central directory read; 100,000 entries with long names take 15 MB."""

_ENTRY = struct.Struct("<4s4B4HL2L5H2L")
_SYMLINK = 0o120000
_CP437 = codecs.lookup("cp437").decode
"""Looked up here: the first use of a codec imports a module, which no inspection does."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One central directory entry.

    Args:
        index: its place in the directory.
        at: offset of the entry in the file.
        name: decoded as Python's zipfile does: UTF-8 where flag bit 11 says so, else code page 437; not cut at NUL.
        raw_name: the bytes of the name.
        flags: general purpose bits.
        method: compression method.
        crc: CRC-32 of the content.
        compressed: bytes of content in the file.
        size: bytes of content decompressed.
        offset: where its local header is, in the file.
        attributes: external attributes; the upper half are Unix mode bits.
        extra: the extra field.
    """

    index: int
    at: int
    name: str
    raw_name: bytes
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    offset: int
    attributes: int
    extra: bytes

    @property
    def is_directory(self) -> bool:
        """A folder without content."""
        return self.name.endswith("/") and self.size == 0

    @property
    def is_symlink(self) -> bool:
        """Whether the Unix mode says symbolic link."""
        return (self.attributes >> 16) & 0o170000 == _SYMLINK

    @property
    def is_encrypted(self) -> bool:
        """Whether bits 0, 6 or 13 announce encryption."""
        return bool(self.flags & 0x2041)


def read_entries(reader: Reader, directory: Directory) -> tuple[tuple[Entry, ...], int]:
    """All entries up to the end of the directory, and the bytes at its end that are none.

    Raises:
        BudgetExceeded: the directory is too large.
        Malformed: an entry is cut short, or lies on another disk.
    """
    if directory.size > MAX_DIRECTORY:
        raise BudgetExceeded(f"the zip directory has {directory.size} bytes, more than {MAX_DIRECTORY}")
    data = reader.read_at(directory.offset, directory.size)
    entries = tuple(_entries(data, directory))
    used = entries[-1].at - directory.offset + _length(data, entries[-1].at - directory.offset) if entries else 0
    return entries, len(data) - used


def _length(data: bytes, at: int) -> int:
    name, extra, comment = struct.unpack_from("<3H", data, at + 28)
    return _ENTRY.size + int(name) + int(extra) + int(comment)


def _entries(data: bytes, directory: Directory) -> Iterator[Entry]:
    at = index = 0
    while data.startswith(b"PK\x01\x02", at):
        place = directory.offset + at
        if at + _ENTRY.size > len(data) or at + _length(data, at) > len(data):
            raise Malformed("a directory entry is cut short", place)
        yield _entry(data, at, index, directory)
        at += _length(data, at)
        index += 1


def _entry(data: bytes, at: int, index: int, directory: Directory) -> Entry:
    fields = _ENTRY.unpack_from(data, at)
    flags, method, crc, compressed, size = fields[5], fields[6], fields[9], fields[10], fields[11]
    name_length, extra_length, disk, attributes, offset = fields[12], fields[13], fields[15], fields[17], fields[18]
    behind = at + _ENTRY.size + name_length
    raw_name = data[at + _ENTRY.size : behind]
    extra = data[behind : behind + extra_length]
    size, compressed, offset, disk = widened(extra, (size, compressed, offset, disk), directory.offset + at)
    if disk:
        raise Malformed("a directory entry lies on another disk", directory.offset + at)
    return Entry(
        index,
        directory.offset + at,
        decoded_name(raw_name, flags),
        raw_name,
        flags,
        method,
        crc,
        compressed,
        size,
        offset + directory.shift,
        attributes,
        extra,
    )


def decoded_name(raw: bytes, flags: int) -> str:
    """The name as text; bytes that are not UTF-8 where it was promised become surrogates."""
    return raw.decode("utf-8", "surrogateescape") if flags & 0x800 else _CP437(raw)[0]


def extra_fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """The fields of an extra block, as far as they are well formed: id and data."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if at + 4 + length > len(extra):
            return
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length


def widened(extra: bytes, fields: tuple[int, int, int, int], at: int) -> tuple[int, int, int, int]:
    """Size, compressed size, offset and disk, those at their maximum replaced from the zip64 field (APPNOTE 4.5.3).

    Raises:
        Malformed: the zip64 field is missing, doubled or too short.
    """
    unknown = [value == (0xFFFF if i == 3 else 0xFFFFFFFF) for i, value in enumerate(fields)]
    if not any(unknown):
        return fields
    blocks = [data for kind, data in extra_fields(extra) if kind == 1]
    if len(blocks) != 1:
        raise Malformed(f"{len(blocks)} zip64 fields stand where one is needed", at)
    values, place = list(fields), 0
    for i, missing in enumerate(unknown):
        width = 4 if i == 3 else 8
        if not missing:
            continue
        if place + width > len(blocks[0]):
            raise Malformed("a zip64 field is too short", at)
        values[i] = int.from_bytes(blocks[0][place : place + width], "little")
        place += width
    return values[0], values[1], values[2], values[3]
