"""B-trees of version 2 (III.A.2): the records they list."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from verifier.errors import Malformed
from verifier.formats._hdf5.file import File

_DEEPEST: Final = 8
"""Levels below the root; nodes of 2 KB with 50 records each hold more than any file by then."""


def records(file: File, address: int, kinds: Collection[int], least: int) -> Iterator[tuple[int, bytes]]:
    """The records that a tree lists, each with the type of the tree.

    Args:
        file: the tree is in.
        address: of its header.
        kinds: types of trees that are expected.
        least: bytes a record has at least.

    Raises:
        Malformed: the tree contradicts itself or the file.
        BudgetExceeded: too much was read.
    """
    head = file.block(address, 16 + file.widths[0] + 2 + file.widths[1] + 4)
    if head.take(4) != b"BTHD" or head.number(1) != 0:
        raise Malformed("no tree stands where one is named", head.offset)
    kind, node, size, depth = head.number(1), head.number(4), head.number(2), head.number(2)
    head.take(2)
    root, count = head.address(), head.number(2)
    total = head.length()
    if kind not in kinds or size < least or node < size + 10 or depth > _DEEPEST:
        what = f"there is no tree of type {kind} with records of {size} bytes and {depth + 1} levels"
        raise Malformed(what, head.offset)
    found = 0
    for record in [] if root is None else _Tree(file, kind, node, size).below(root, count, depth):
        found += 1
        yield kind, record
    if found != total:
        raise Malformed(f"a tree lists {found} records, and says that it has {total}", head.offset)


@dataclass(slots=True)
class _Tree:
    """A tree of nodes of one size, with records of one size."""

    file: File
    kind: int
    node: int
    size: int
    _seen: set[int] = field(default_factory=set)

    def below(self, address: int, count: int, depth: int) -> Iterator[bytes]:
        """The records of a node and, where it is no leaf, those of its children."""
        block = self.file.block(address, self.node)
        if address in self._seen or block.take(4) != (b"BTIN" if depth else b"BTLF"):
            raise Malformed("no node stands where a tree names one", block.offset)
        self._seen.add(address)
        if block.take(2) != bytes([0, self.kind]):
            raise Malformed("a node is of another tree", block.offset)
        yield from [block.take(self.size) for _ in range(count)]
        if depth:
            width, all_width = self._widths(depth)
            for _ in range(count + 1):
                child, held = block.address(), block.number(width)
                block.take(all_width)
                if child is None:
                    raise Malformed("a node of a tree names no child", block.offset)
                yield from self.below(child, held, depth - 1)

    def _widths(self, depth: int) -> tuple[int, int]:
        """Bytes of the records of a child, and of those of all below it, which leaves do not repeat."""
        most = everything = (self.node - 10) // self.size
        width, all_width = _bytes(most), 0
        for _ in range(depth - 1):
            pointer = self.file.widths[0] + width + all_width
            inner = (self.node - 10 - pointer) // (self.size + pointer)
            everything = (inner + 1) * everything + inner
            all_width = _bytes(everything)
        return width, all_width


def _bytes(most: int) -> int:
    return -(-most.bit_length() // 8)
