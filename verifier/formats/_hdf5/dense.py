"""Links and attributes too many for an object header: a B-tree (III.A.2) of places in a fractal heap (III.G)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verifier.errors import Malformed
from verifier.formats._hdf5.file import Cursor, File, Unsupported
from verifier.formats._hdf5.trees import records

_RECORDS: Final = {5: (4, 0), 6: (8, 0), 8: (0, 9), 9: (0, 5)}
"""Type of tree to the bytes of a record before and behind the place: links by name and by order, attributes alike."""


@dataclass(frozen=True, slots=True)
class _Heap:
    """The header of a fractal heap.

    Args:
        id_size: bytes of a place in it.
        largest: bytes of the largest object that stands in a block.
        width: blocks of a row.
        first: bytes of a block of the first two rows; each row doubles them.
        most: bytes of the largest direct block.
        bits: of an offset in the heap.
        root: address of the root block; None where the heap is empty.
        rows: of the root block; 0 where it is a direct one.
    """

    id_size: int
    largest: int
    width: int
    first: int
    most: int
    bits: int
    root: int | None
    rows: int


def objects(file: File, heap: int, tree: int | None) -> Iterator[Cursor]:
    """The objects of a heap that a tree lists, in its order.

    Raises:
        Malformed: heap or tree contradict themselves or the file.
        Unsupported: the heap is filtered, very large, or holds objects of their own.
        BudgetExceeded: too much was read.
    """
    if tree is None:
        raise Malformed("a heap of links or attributes has no tree", file.start + heap)
    head = _header(file, heap)
    blocks = _blocks(file, head)
    for kind, record in records(file, tree, _RECORDS, 2):
        before, behind = _RECORDS[kind]
        place = record[before : len(record) - behind]
        if len(place) != head.id_size:
            raise Malformed(f"a place in a heap has {len(place)} bytes instead of {head.id_size}", file.start + tree)
        yield _object(head, blocks, place)


def _header(file: File, address: int) -> _Heap:
    head = file.block(address, 26 + 12 * file.widths[1] + 3 * file.widths[0])
    if head.take(4) != b"FRHP" or head.number(1) != 0:
        raise Malformed("no fractal heap stands where one is named", head.offset)
    id_size, filters, _, largest = head.number(2), head.number(2), head.number(1), head.number(4)
    if filters:
        raise Unsupported("a fractal heap is filtered")
    head.take(10 * file.widths[1] + 2 * file.widths[0])
    width, first, most, bits = head.number(2), head.length(), head.length(), head.number(2)
    head.take(2)
    root, rows = head.address(), head.number(2)
    if not width or not first or first & (first - 1) or most < first or most & (most - 1) or not 8 <= bits <= 64:
        raise Malformed("a fractal heap has blocks of no size", head.offset)
    return _Heap(id_size, largest, width, first, most, bits, root, rows)


def _blocks(file: File, heap: _Heap) -> list[tuple[int, Cursor]]:
    """The direct blocks, each with its offset in the heap."""
    if heap.root is None:
        return []
    if not heap.rows:
        return [(0, _direct(file, heap.root, heap.first))]
    rows = (heap.most // heap.first).bit_length() + 1
    if heap.rows > rows:
        raise Unsupported("a fractal heap is so large that it has indirect blocks in its root")
    block = file.block(heap.root, 5 + file.widths[0] + -(-heap.bits // 8) + heap.rows * heap.width * file.widths[0])
    if block.take(4) != b"FHIB":
        raise Malformed("no indirect block stands where a heap names one", block.offset)
    block.take(1 + file.widths[0] + -(-heap.bits // 8))
    found, offset = [], 0
    for row in range(heap.rows):
        size = heap.first << max(0, row - 1)
        for _ in range(heap.width):
            address = block.address()
            if address is not None:
                found.append((offset, _direct(file, address, size)))
            offset += size
    return found


def _direct(file: File, address: int, size: int) -> Cursor:
    block = file.block(address, size)
    if block.data[:4] != b"FHDB":
        raise Malformed("no direct block stands where a heap names one", block.offset)
    return block


def _object(heap: _Heap, blocks: list[tuple[int, Cursor]], place: bytes) -> Cursor:
    if place[0] & 0xF0:
        raise Unsupported("a link or attribute stands in no block of its heap")
    at = 1 + -(-heap.bits // 8)
    offset = int.from_bytes(place[1:at], "little")
    length = min(heap.most, heap.largest).bit_length()
    size = int.from_bytes(place[at : at + -(-length // 8)], "little")
    for start, block in blocks:
        if start <= offset and offset + size <= start + len(block.data):
            data = block.data[offset - start : offset - start + size]
            return Cursor(data, block.offset + offset - start, block.widths)
    raise Malformed("a link or attribute stands outside of its heap")
