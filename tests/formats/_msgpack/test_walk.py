"""Values come in order, with their places; payloads are never read."""

from __future__ import annotations

import pytest

from tests.builders.msgpacks import listing, mapping, raw, text
from verifier.errors import Malformed
from verifier.formats._msgpack.walk import MAX_DEPTH, Kind, walk
from verifier.formats._readers import BytesReader


def kinds(data: bytes) -> list[tuple[Kind, int, bool]]:
    return [(value.kind, value.depth, value.is_key) for value in walk(BytesReader(data))]


def test_keys_are_told_from_values() -> None:
    assert kinds(mapping(a=listing(text("b"), b"\xc0"), c=raw(b"d"))) == [
        (Kind.MAP, 0, False),
        (Kind.TEXT, 1, True),
        (Kind.ARRAY, 1, False),
        (Kind.TEXT, 2, False),
        (Kind.PLAIN, 2, False),
        (Kind.TEXT, 1, True),
        (Kind.BYTES, 1, False),
    ]


def test_one_document_is_read() -> None:
    assert kinds(b"\x90\xc0\xc0") == [(Kind.ARRAY, 0, False)]
    assert kinds(b"\x05\x05") == [(Kind.PLAIN, 0, False)]


def test_nesting_ends_where_readers_refuse() -> None:
    assert len(kinds(b"\x91" * MAX_DEPTH + b"\xc0")) == MAX_DEPTH + 1
    with pytest.raises(Malformed, match="nested"):
        kinds(b"\x91" * (MAX_DEPTH + 1) + b"\xc0")


def test_payloads_are_stepped_over() -> None:
    class Sparse:
        """A gigabyte of zeros behind a header; counts what is read."""

        size = (1 << 30) + 6
        read = 0

        def read_at(self, offset: int, length: int) -> bytes:
            self.read += length
            head = b"\x91\xc6\x40\0\0\0"
            return head[offset : offset + length].ljust(length, b"\0")

    reader = Sparse()
    assert [value.size for value in walk(reader)] == [1, 1 << 30]
    assert reader.read <= 64 << 10
