"""What a group links to: symbol tables (III.A, III.B, III.C) and link messages (IV.A.2.g)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from verifier.errors import Malformed
from verifier.formats._hdf5.file import Cursor, File, Unsupported

_NODE = b"TREE"
_TABLE = b"SNOD"


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a group.

    Args:
        name: as it is written.
        target: address of the object; None for a link that is looked up when it is followed.
        file: path of the other file that an external link names.
    """

    name: bytes
    target: int | None = None
    file: bytes | None = None


def tabled(file: File, body: Cursor) -> Iterator[Link]:
    """The links of a symbol table message.

    Raises:
        Malformed: the table contradicts itself.
        BudgetExceeded: too much was read.
    """
    tree, heap = body.address(), body.address()
    if tree is None or heap is None:
        raise Malformed("a group has no table of its links", body.offset)
    prefix = file.block(heap, 8 + 2 * file.widths[1] + file.widths[0])
    if prefix.take(4) != b"HEAP":
        raise Malformed("no heap of names stands where a group names one", prefix.offset)
    prefix.take(4)
    size, _, segment = prefix.length(), prefix.length(), prefix.address()
    names = file.block(segment or 0, size)
    for child in leaves(file, tree, 0, file.widths[1]):
        yield from _table(file, child.address, names)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A child of the lowest level of a B-tree.

    Args:
        key: the key before it.
        address: where it stands.
    """

    key: Cursor
    address: int


def leaves(file: File, root: int, kind: int, key_size: int) -> Iterator[Leaf]:
    """The children of a version 1 B-tree (III.A.1) at its lowest level, in order.

    Args:
        file: the file.
        root: address of the root.
        kind: 0 for groups, 1 for chunks.
        key_size: bytes of a key.

    Raises:
        Malformed: a node is none, is of another kind or level, or is reached twice.
        BudgetExceeded: too much was read.
    """
    seen: set[int] = set()
    stack: list[tuple[int, int | None]] = [(root, None)]
    while stack:
        address, expected = stack.pop()
        prefix = file.block(address, 8 + 2 * file.widths[0])
        if address in seen or prefix.take(4) != _NODE or prefix.number(1) != kind:
            raise Malformed("no node of its own stands where a tree names one", prefix.offset)
        seen.add(address)
        level, used = prefix.number(1), prefix.number(2)
        if expected is not None and level != expected:
            raise Malformed(f"a node of a tree has level {level} instead of {expected}", prefix.offset)
        body = file.block(address + len(prefix.data), used * (key_size + file.widths[0]) + key_size)
        below = []
        for _ in range(used):
            key, child = body.part(key_size), body.address()
            if child is None:
                raise Malformed("a node of a tree names no child", body.offset)
            below.append(Leaf(key, child))
        if level:
            stack += [(leaf.address, level - 1) for leaf in reversed(below)]
        else:
            yield from below


def _table(file: File, address: int, names: Cursor) -> Iterator[Link]:
    prefix = file.block(address, 8)
    if prefix.take(4) != _TABLE or prefix.number(1) != 1:
        raise Malformed("no table of links stands where a tree names one", prefix.offset)
    prefix.take(1)
    count = prefix.number(2)
    entries = file.block(address + 8, count * (2 * file.widths[0] + 24))
    for _ in range(count):
        name, target, cache = entries.number(file.widths[0]), entries.address(), entries.number(4)
        entries.take(20)
        if name >= len(names.data):
            raise Malformed("the name of a link stands outside of its heap", entries.offset)
        names.at = name
        yield Link(names.text(), None if cache == 2 else target)


def linked(body: Cursor) -> Link:
    """The link of a link message.

    Raises:
        Malformed: it has no such version.
        Unsupported: it is of a type that programs define.
    """
    version, flags = body.number(1), body.number(1)
    if version != 1:
        raise Malformed(f"there is no link message of version {version}", body.offset)
    kind = body.number(1) if flags & 8 else 0
    body.take((8 if flags & 4 else 0) + (1 if flags & 16 else 0))
    name = body.take(body.number(1 << (flags & 3)))
    if kind == 0:
        return Link(name, body.address())
    value = body.part(body.number(2))
    if kind == 1:
        return Link(name)
    if kind != 64:
        raise Unsupported(f"a link has type {kind}, which a program defines")
    value.take(1)
    return Link(name, None, value.text())
