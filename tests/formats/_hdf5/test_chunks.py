"""Chunks by every index that libraries since 1.10 write; those that lie lead nowhere outside the file."""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.hdf5s import UNDEFINED, Builder
from tests.formats._hdf5.test_file import opened
from verifier.errors import Malformed
from verifier.formats._hdf5.chunks import indexed
from verifier.formats._hdf5.file import Cursor, Unsupported

SIZE = 16
"""Bytes of a chunk of four elements before filters."""


def at(address: int) -> bytes:
    return struct.pack("<Q", address)


@dataclass
class Chunks:
    """A file of chunks that are filtered or not, and how elements of arrays name them."""

    filtered: bool

    def __post_init__(self) -> None:
        self.file = Builder()
        self.ranges: list[tuple[int, int]] = []

    @property
    def client(self) -> bytes:
        return bytes([self.filtered])

    @property
    def width(self) -> int:
        return 15 if self.filtered else 8

    def element(self) -> bytes:
        """An element that names a new chunk."""
        size = 5 + len(self.ranges) % 3 if self.filtered else SIZE
        address = self.file.put(bytes(size))
        self.ranges.append((address, address + size))
        return at(address) + (size.to_bytes(3, "little") + bytes(4) if self.filtered else b"")

    def elements(self, count: int) -> bytes:
        return b"".join(self.element() for _ in range(count))

    def absent(self) -> bytes:
        return UNDEFINED + bytes(self.width - 8)

    def layout(self, index: int, parameters: bytes, address: int) -> bytes:
        return b"\0\2\1\4\4" + bytes([index]) + parameters + at(address)

    def fixed(self, count: int) -> bytes:
        """Pages of two elements; the last page was never written."""
        body = b"FADB\0" + self.client + at(0)
        if count <= 2:
            body += self.elements(count - 1) + self.absent() + bytes(4)
        else:
            pages = -(-count // 2)
            body += bytes([0xFF << (9 - pages) & 0xFF]) + bytes(4)
            body += b"".join(self.elements(2) + bytes(4) for _ in range(pages - 1)) + b"never written".ljust(64)
        head = b"FAHD\0" + self.client + bytes([self.width, 1]) + struct.pack("<Q", count) + at(self.file.put(body))
        return self.layout(3, b"\1", self.file.put(head + bytes(4)))

    def data(self, count: int) -> int:
        return self.file.put(b"EADB\0" + self.client + at(0) + b"\0" + self.elements(count) + bytes(4))

    def extensible(self) -> bytes:
        """One element inline, blocks of one and two elements, and super blocks of blocks of pages of two."""
        head = b"EAHD\0" + self.client + bytes([self.width, 4, 1, 1, 2, 1]) + bytes(48)
        body = b"EAIB\0" + self.client + at(0) + self.elements(1)
        body += at(self.data(1)) + at(self.data(2))
        paged = b"EADB\0" + self.client + at(0) + b"\0" + bytes(4) + (bytes(self.width * 2 + 4))
        paged += self.elements(2) + bytes(4)
        blocks = [self.file.put(b"EASB\0" + self.client + at(0) + b"\0" + at(self.data(2)) + UNDEFINED + bytes(4))]
        places = at(self.file.put(paged)) + UNDEFINED
        blocks.append(self.file.put(b"EASB\0" + self.client + at(0) + b"\0" + b"\x40\0" + places + bytes(4)))
        body += at(blocks[0]) + at(blocks[1]) + UNDEFINED + bytes(4)
        return self.layout(4, bytes(5), self.file.put(head + at(self.file.put(body)) + bytes(4)))

    def tree(self, depth: int = 0) -> bytes:
        """A B-tree in which every node has one record."""
        root, total = self.node(depth)
        head = struct.pack("<BBIHHH", 0, 10 + self.filtered, 128, self.width + 8, depth, 0)
        head += struct.pack("<QHQ", root, 1, total)
        return self.layout(5, bytes(6), self.file.put(b"BTHD" + head + bytes(4)))

    def node(self, depth: int) -> tuple[int, int]:
        """Its address, and the records in it and below."""
        below = [self.node(depth - 1) for _ in range(2)] if depth else []
        body = (b"BTIN\0" if depth else b"BTLF\0") + bytes([10 + self.filtered]) + self.element() + bytes(8)
        for address, total in below:
            body += at(address) + b"\1" + (bytes([total]) if depth > 1 else b"")
        return self.file.put(body.ljust(128, b"\0")), 1 + sum(total for _, total in below)


MADE = {
    "fixed": lambda chunks: chunks.fixed(2),
    "fixed, in pages": lambda chunks: chunks.fixed(7),
    "extensible": lambda chunks: chunks.extensible(),
    "tree": lambda chunks: chunks.tree(),
    "tree of two levels": lambda chunks: chunks.tree(1),
    "tree of three levels": lambda chunks: chunks.tree(2),
}


def read(data: bytes, layout: bytes, shape: tuple[int, ...] = (7,)) -> list[tuple[int, int]]:
    return list(indexed(opened(data), Cursor(layout, 500, (8, 8)), shape))


@pytest.mark.parametrize("filtered", [False, True])
@pytest.mark.parametrize("kind", MADE)
def test_every_chunk_is_found(kind: str, filtered: bool) -> None:
    chunks = Chunks(filtered)
    layout = MADE[kind](chunks)
    assert sorted(read(chunks.file.done(0), layout)) == sorted(chunks.ranges)


def test_chunks_without_an_index_stand_in_a_row() -> None:
    chunks = Chunks(filtered=False)
    start = chunks.file.put(bytes(2 * SIZE))
    layout = chunks.layout(2, b"", start)
    assert read(chunks.file.done(0), layout) == [(start, start + 2 * SIZE)]
    for shape in ((7, 1), (9,)):
        with pytest.raises(Malformed):
            read(chunks.file.done(0), layout, shape)


def test_an_array_of_countless_pages_is_none() -> None:
    chunks = Chunks(filtered=False)
    count = 1 << 21
    block = chunks.file.put(b"FADB\0\0" + at(0) + bytes(count // 8))
    head = b"FAHD\0\0\x08\0" + struct.pack("<Q", count) + at(block) + bytes(4)
    layout = chunks.layout(3, b"\0", chunks.file.put(head))
    with pytest.raises(Malformed, match="pages"):
        read(chunks.file.done(0), layout)


@pytest.mark.parametrize("index", range(1, 6))
def test_a_dataset_without_chunks_has_none(index: int) -> None:
    parameters = bytes((0, 0, 0, 1, 5, 6)[index])
    assert read(Builder().done(0), b"\0\2\1\4\4" + bytes([index]) + parameters + UNDEFINED) == []


@given(st.sampled_from(sorted(MADE)), st.booleans(), st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_a_changed_index_leads_nowhere_outside_the_file(kind: str, filtered: bool, where: int, patch: bytes) -> None:
    chunks = Chunks(filtered)
    layout = MADE[kind](chunks)
    data = bytearray(chunks.file.done(0))
    where = 96 + where % (len(data) - 96)
    data[where : where + len(patch)] = patch[: len(data) - where]
    with suppress(Malformed, Unsupported):
        assert all(0 <= start <= end <= len(data) for start, end in read(bytes(data), layout))
