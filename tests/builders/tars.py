"""Tars written byte by byte, so that every field can lie."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Item:
    """A member; `size` overrides what the header says."""

    name: bytes
    data: bytes = b""
    kind: bytes = b"0"
    target: bytes = b""
    size: bytes | None = None
    magic: bytes = b"ustar\x0000"
    prefix: bytes = b""
    checksum: int | None = None


def tar_bytes(*items: Item, end: bytes = bytes(1024)) -> bytes:
    """An archive of the items, then `end`."""
    return b"".join(header(item) + _padded(item.data) for item in items) + end


def header(item: Item) -> bytes:
    """A 512-byte header."""
    size = b"%011o\0" % len(item.data) if item.size is None else item.size
    head = item.name.ljust(100, b"\0") + b"0000644\0" * 3 + size + b"%011o\0" % 0
    rest = item.kind + item.target.ljust(100, b"\0") + item.magic.ljust(8, b"\0") + bytes(80)
    rest += item.prefix.ljust(155, b"\0") + bytes(12)
    total = sum(head) + sum(rest) + 8 * 32 if item.checksum is None else item.checksum
    return head + b"%06o\0 " % total + rest


def pax(key: bytes, value: bytes, kind: bytes = b"x") -> Item:
    """An extended header with one record."""
    body = b" " + key + b"=" + value + b"\n"
    length = len(body) + 1
    while len(b"%d" % length) + len(body) != length:
        length += 1
    return Item(b"PaxHeaders/x", b"%d" % length + body, kind)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)
