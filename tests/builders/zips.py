"""Zips written byte by byte, so that every field can lie."""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from dataclasses import dataclass, field


@dataclass
class Part:
    """A member. What starts with `local_` overrides the local header only; None says the truth.

    `flags` bit 3 writes a data descriptor and leaves the local sizes zero.
    """

    name: bytes
    data: bytes = b""
    method: int = 0
    flags: int = 0
    attributes: int = 0
    crc: int | None = None
    size: int | None = None
    compressed: int | None = None
    packed: bytes | None = None
    extra: bytes = b""
    offset: int | None = None
    local_name: bytes | None = None
    local_flags: int | None = None
    local_method: int | None = None
    local_size: int | None = None
    local_crc: int | None = None
    local_extra: bytes = b""
    behind: bytes = b""
    listed: bool = True


@dataclass
class Zip:
    """An archive of parts, and how its end lies."""

    parts: list[Part] = field(default_factory=list)
    prefix: bytes = b""
    shifted: bool = False
    comment: bytes = b""
    behind: bytes = b""
    count: int | None = None
    disk: int = 0
    zip64: bool = False
    before_end: bytes = b""


def zip_bytes(*parts: Part | tuple[bytes, bytes]) -> bytes:
    """A plain archive."""
    return build(Zip([part if isinstance(part, Part) else Part(*part) for part in parts]))


def build(archive: Zip) -> bytes:
    """The archive's bytes. With `shifted`, offsets count from behind the prefix."""
    out = bytearray(archive.prefix)
    base = len(archive.prefix) if archive.shifted else 0
    directory = bytearray()
    for part in archive.parts:
        at = len(out) - base
        out += _local(part)
        directory += _central(part, at) if part.listed else b""
    start = len(out) - base
    out += directory + archive.before_end
    count = sum(part.listed for part in archive.parts) if archive.count is None else archive.count
    return bytes(out) + _end(archive, start, len(directory), count, len(out) - base) + archive.comment + archive.behind


def pack(part: Part) -> bytes:
    """The part's data as its method compresses it."""
    if part.packed is not None:
        return part.packed
    if part.method == 8:
        return zlib.compress(part.data, wbits=-15)
    if part.method == 12:
        return bz2.compress(part.data)
    if part.method == 14:
        alone = lzma.compress(part.data, lzma.FORMAT_ALONE)
        return b"\x09\x14\x05\x00" + alone[:5] + alone[13:]
    return part.data


def _pick(override: int | None, truth: int) -> int:
    return truth if override is None else override


def _local(part: Part) -> bytes:
    packed, name = pack(part), part.name if part.local_name is None else part.local_name
    flags = _pick(part.local_flags, part.flags)
    streamed = bool(flags & 8)
    crc, size = zlib.crc32(part.data), len(part.data)
    sizes = (0, 0, 0) if streamed else (_pick(part.local_crc, crc), len(packed), _pick(part.local_size, size))
    head = struct.pack("<4s5H", b"PK\x03\x04", 20, flags, _pick(part.local_method, part.method), 0, 33)
    head += struct.pack("<3L2H", *sizes, len(name), len(part.local_extra)) + name + part.local_extra
    descriptor = struct.pack("<4s3L", b"PK\x07\x08", crc, len(packed), size) if streamed else b""
    return head + packed + descriptor + part.behind


def _central(part: Part, at: int) -> bytes:
    crc = _pick(part.crc, zlib.crc32(part.data))
    sizes = _pick(part.compressed, len(pack(part))), _pick(part.size, len(part.data))
    head = struct.pack("<4s6H", b"PK\x01\x02", 0x314, 20, part.flags, part.method, 0, 33)
    head += struct.pack("<3L5H", crc, *sizes, len(part.name), len(part.extra), 0, 0, 0)
    return head + struct.pack("<2L", part.attributes, _pick(part.offset, at)) + part.name + part.extra


def _end(archive: Zip, start: int, size: int, count: int, place: int) -> bytes:
    out = b""
    if archive.zip64:
        out += struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start)
        out += struct.pack("<4sLQL", b"PK\x06\x07", 0, place, 1)
        start = size = 0xFFFFFFFF
        count = 0xFFFF
    tail = (b"PK\x05\x06", archive.disk, archive.disk, count, count, size, start, len(archive.comment))
    return out + struct.pack("<4s4H2LH", *tail)
