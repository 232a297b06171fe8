"""HDF5 files, written field by field in the layout of the earliest library, without one; checksums stay zero."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

UNDEFINED = b"\xff" * 8


def datatype(kind: int, size: int, bits: int = 0, properties: bytes = b"") -> bytes:
    """A datatype of version 1."""
    return bytes([0x10 | kind]) + bits.to_bytes(3, "little") + struct.pack("<I", size) + properties


FLOAT = datatype(1, 4, 0x1F20, struct.pack("<2H4BI", 0, 32, 23, 8, 0, 23, 127))


def dataspace(*shape: int) -> bytes:
    """A dataspace of version 1; without dimensions, one element."""
    return struct.pack("<BBB5x", 1, len(shape), 0) + b"".join(struct.pack("<Q", size) for size in shape)


def _padded(part: bytes) -> bytes:
    return part + bytes(-len(part) % 8)


def attribute(name: bytes, kind: bytes, space: bytes, value: bytes) -> tuple[int, bytes]:
    """An attribute message of version 1."""
    sizes = struct.pack("<BxHHH", 1, len(name) + 1, len(kind), len(space))
    return 0x0C, sizes + _padded(name + b"\0") + _padded(kind) + _padded(space) + value


def text(name: bytes, value: bytes) -> tuple[int, bytes]:
    """An attribute that is a text of fixed length."""
    return attribute(name, datatype(3, len(value)), dataspace(), value)


def numbers(address: int, count: int, size: int | None = None, elements: bytes = FLOAT) -> list[tuple[int, bytes]]:
    """The messages of a contiguous dataset at an address."""
    layout = struct.pack("<BBQQ", 3, 1, address, 4 * count if size is None else size)
    return [(0x01, dataspace(count)), (0x03, elements), (0x08, layout)]


@dataclass
class Builder:
    """A file under way: parts are put one behind the other, each at a multiple of 8.

    Args:
        base: bytes of the user block.
    """

    base: int = 0
    data: bytearray = field(default_factory=lambda: bytearray(96))

    def put(self, part: bytes) -> int:
        """Adds a part, and gives its address."""
        self.data += bytes(-len(self.data) % 8)
        self.data += part
        return len(self.data) - len(part)

    def object(self, messages: Sequence[tuple[int, bytes]], *, count: int | None = None) -> int:
        """An object header of version 1, all its messages in one block."""
        body = b"".join(struct.pack("<HHB3x", kind, len(_padded(part)), 0) + _padded(part) for kind, part in messages)
        return self.put(struct.pack("<BxHII4x", 1, len(messages) if count is None else count, 1, len(body)) + body)

    def second(self, messages: Sequence[tuple[int, bytes]]) -> int:
        """An object header of version 2."""
        body = b"".join(struct.pack("<BHB", kind, len(part), 0) + part for kind, part in messages)
        return self.put(b"OHDR\x02\x02" + struct.pack("<I", len(body)) + body + bytes(4))

    def group(self, **links: int) -> tuple[int, bytes]:
        """The symbol table message of a group."""
        names, places = bytearray(8), []
        for name in sorted(links):
            places.append((len(names), links[name]))
            names += _padded(name.encode() + b"\0")
        segment = self.put(bytes(names))
        heap = self.put(b"HEAP" + bytes(4) + struct.pack("<QQQ", len(names), 1, segment))
        entries = b"".join(struct.pack("<QQ24x", name, target) for name, target in places)
        table = self.put((b"SNOD" + struct.pack("<BxH", 1, len(places)) + entries).ljust(328, b"\0"))
        tree = self.put(self.node(0, [(bytes(8), table)], struct.pack("<Q", places[-1][0])).ljust(544, b"\0"))
        return 0x11, struct.pack("<QQ", tree, heap)

    def node(self, kind: int, children: Sequence[tuple[bytes, int]], last: bytes, level: int = 0) -> bytes:
        """A node of a version 1 B-tree."""
        body = b"".join(key + struct.pack("<Q", child) for key, child in children) + last
        return b"TREE" + struct.pack("<BBH", kind, level, len(children)) + UNDEFINED * 2 + body

    def dense(self, parts: Sequence[bytes], kind: int = 5, *, deep: bool = False) -> bytes:
        """The info message of links (5) or attributes (8) in a fractal heap of one block, or of four."""
        size, places, block = 4096, [], bytearray(21)
        for part in parts:
            places.append(struct.pack("<BIH", 0, len(block), len(part)))
            block += part
        blocks = [self.put(b"FHDB" + bytes(block[4:]).ljust(size - 4, b"\0"))]
        root = blocks[0]
        if deep:
            root = self.put(b"FHIB" + bytes(13) + struct.pack("<Q", root) + UNDEFINED * 3)
        table = struct.pack("<HQQHHQH", 4, size, 1 << 16, 32, 1, root, int(deep)) + bytes(4)
        head = b"FRHP" + struct.pack("<BHHBI", 0, 7 if kind == 5 else 8, 0, 0, size) + bytes(96) + table
        heap = self.put(head)
        before, behind = (bytes(4), b"") if kind == 5 else (b"", bytes(10))
        leaf = b"BTLF" + bytes([0, kind]) + b"".join(before + place + behind for place in places)
        width = len(before) + 7 + len(behind)
        tree = self.put(leaf.ljust(512, b"\0"))
        parts_of = struct.pack("<BBIHHH", 0, kind, 512, width, 0, 0) + struct.pack(
            "<QHQ", tree, len(places), len(places)
        )
        return b"\0\0" + struct.pack("<QQ", heap, self.put(b"BTHD" + parts_of + bytes(4)))

    def variable(self, name: bytes, value: bytes) -> tuple[int, bytes]:
        """An attribute that is a text of variable length, in a heap of its own."""
        heap = struct.pack("<HHIQ", 1, 1, 0, len(value)) + _padded(value)
        free = max(4096 - 16 - len(heap), 16)
        heap += struct.pack("<HHIQ", 0, 0, 0, free) + bytes(free - 16)
        at = self.put(b"GCOL\1\0\0\0" + struct.pack("<Q", len(heap) + 16) + heap)
        kind = datatype(9, 16, 1, datatype(3, 1))
        return attribute(name, kind, dataspace(), struct.pack("<IQI", len(value), at, 1))

    def done(self, root: int, behind: bytes = b"") -> bytes:
        """The file, with a superblock of version 0 in front of everything."""
        first = b"\x89HDF\r\n\x1a\n" + bytes(5) + b"\x08\x08\0" + struct.pack("<HHI", 4, 16, 0)
        places = struct.pack("<Q8sQ8s", self.base, UNDEFINED, self.base + len(self.data), UNDEFINED)
        entry = struct.pack("<QQII16x", 0, root, 0, 0)
        self.data[:96] = first + places + entry
        return bytes(self.base) + bytes(self.data) + behind

    def done_second(self, root: int) -> bytes:
        """The file, with a superblock of version 3."""
        first = b"\x89HDF\r\n\x1a\n\x03\x08\x08\0"
        places = struct.pack("<Q8sQQ", self.base, UNDEFINED, self.base + len(self.data), root)
        self.data[:48] = first + places + bytes(4)
        return bytes(self.base) + bytes(self.data)


def hdf5(*attributes: tuple[int, bytes], base: int = 0, behind: bytes = b"") -> bytes:
    """A file with a group, a dataset of six floats in it, and attributes at its root."""
    file = Builder(base)
    weights = file.put(bytes(24))
    layer = file.object([file.group(kernel=file.object(numbers(weights, 6)))])
    return file.done(file.object([file.group(layer=layer), *attributes]), behind)


def keras_hdf5(config: bytes, **more: bytes) -> bytes:
    """A model as Keras writes it, its configuration as text of variable length."""
    file = Builder()
    weights = file.put(bytes(24))
    dense = file.object([file.group(kernel=file.object(numbers(weights, 6)))])
    texts = [file.variable(name.encode(), value) for name, value in more.items()]
    root = file.object([file.group(dense=dense), file.variable(b"model_config", config), *texts])
    return file.done(root)
