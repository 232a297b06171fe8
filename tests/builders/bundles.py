"""TensorFlow checkpoints: their index as a table of one block of entries."""

from __future__ import annotations

from tests.builders.protobufs import block, number, varint

MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")


def table_block(*entries: tuple[bytes, bytes]) -> bytes:
    """A block, without what keys could share, and its trailer."""
    body = b"".join(varint(0) + varint(len(key)) + varint(len(value)) + key + value for key, value in entries)
    return body + bytes(4) + (1).to_bytes(4, "little") + bytes(5)


def table(*entries: tuple[bytes, bytes], compression: int = 0) -> bytes:
    """A table of those entries."""
    data = bytearray(table_block(*entries))
    data[-5] = compression
    place = varint(0) + varint(len(data) - 5)
    meta_at, meta = len(data), table_block()
    index_at, index = meta_at + len(meta), table_block((b"~", place))
    footer = varint(meta_at) + varint(len(meta) - 5) + varint(index_at) + varint(len(index) - 5)
    return bytes(data) + meta + index + footer.ljust(40, b"\0") + MAGIC


def header(shards: int = 1) -> tuple[bytes, bytes]:
    """The first entry."""
    return b"", number(1, shards) + block(3, number(1, 1))


def entry(
    name: str, sizes: list[int], offset: int, size: int, *, dtype: int = 1, shard: int = 0, more: bytes = b""
) -> tuple[bytes, bytes]:
    """A tensor's place."""
    shape = block(2, *(block(2, number(1, length)) for length in sizes))
    return name.encode(), number(1, dtype) + shape + number(3, shard) + number(4, offset) + number(5, size) + more


def index_bytes() -> bytes:
    """Two tensors in one shard of 24 bytes."""
    return table(header(), entry("a", [2], 0, 8), entry("b", [2, 2], 8, 16))
