"""All objects that a file's root leads to: their attributes, their numbers, and what stands in other files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Final, TypeAlias, Union

from verifier.errors import Malformed
from verifier.formats._hdf5.dense import objects
from verifier.formats._hdf5.file import Cursor, File, Unsupported
from verifier.formats._hdf5.groups import Link, linked, tabled
from verifier.formats._hdf5.headers import IGNORED, Kind, Message, header
from verifier.formats._hdf5.layout import Layout, layout
from verifier.formats._hdf5.types import Datatype, Text, datatype, extent, extents
from verifier.records import visible

_KINDS: Final = frozenset(Kind)

_BOMB_FLOOR: Final = 4 << 30
_BOMB_RATIO: Final = 1000
"""Bytes a dataset takes in memory, and times those it takes in the file, that are more than weights have: the bounds of
Keras 3.13.2 (CVE-2026-0897)."""

MOST_PATH: Final = 200
"""Characters of a path that are shown."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute.

    Args:
        path: of the object that has it.
        name: as it is written.
        value: its text; None where it is no single text.
        offset: where the attribute stands in the file.
    """

    path: str
    name: str
    value: bytes | None
    offset: int


@dataclass(frozen=True, slots=True)
class External:
    """Something that stands in another file.

    Args:
        path: of what is there.
        file: the other file, or what kind of thing leads to it.
        offset: where it is said.
    """

    path: str
    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class Gap:
    """What was not understood, or contradicts the specification.

    Args:
        path: of the object.
        reason: why.
        offset: where it stands in the file.
        is_lie: it is nothing a library writes.
    """

    path: str
    reason: str
    offset: int
    is_lie: bool


Found: TypeAlias = Union[Attribute, External, Gap]


@dataclass(slots=True)
class Walk:
    """One file under way.

    Args:
        file: the file.
    """

    file: File
    data: list[tuple[int, int]] = field(default_factory=list)
    """Ranges `(start, end)` of elements of datasets."""
    datasets: int = 0
    elements: int = 0
    _seen: set[int] = field(default_factory=set)

    def run(self) -> Iterator[Found]:
        """What the objects show, each once, the root first.

        Raises:
            BudgetExceeded: too much was read.
        """
        queue: list[tuple[str, int]] = [("/", self.file.root)]
        while queue:
            path, address = queue.pop()
            if address in self._seen:
                continue
            self._seen.add(address)
            offset = self.file.start + address
            try:
                yield from self._object(path, address, queue)
            except Malformed as error:
                yield Gap(path, error.message, error.offset or offset, is_lie=True)
            except Unsupported as error:
                yield Gap(path, str(error), offset, is_lie=False)

    def _object(self, path: str, address: int, queue: list[tuple[str, int]]) -> Iterator[Found]:
        head = header(self.file, address)
        if head.lie:
            yield Gap(path, head.lie, self.file.start + address, is_lie=True)
        found = head.messages
        for message in found:
            yield from self._guarded(path, message, queue)
        if any(message.kind == Kind.LAYOUT for message in found):
            yield from self._dataset(path, found)

    def _guarded(self, path: str, message: Message, queue: list[tuple[str, int]]) -> Iterator[Found]:
        """One message; what is wrong with it does not hide the others."""
        try:
            yield from self._message(path, message, queue)
        except Malformed as error:
            yield Gap(path, error.message, error.offset or message.body.offset, is_lie=True)
        except Unsupported as error:
            yield Gap(path, str(error), message.body.offset, is_lie=False)

    def _message(self, path: str, message: Message, queue: list[tuple[str, int]]) -> Iterator[Found]:
        body = message.body
        known = message.kind in IGNORED or message.kind in _KINDS
        if not known or (message.shared and message.kind not in IGNORED):
            which = "shared message" if known else "message"
            raise Unsupported(f"an object has a {which} of type {message.kind:#x}")
        if message.kind == Kind.SYMBOL_TABLE:
            for link in tabled(self.file, body):
                yield from self._follow(path, link, body.offset, queue)
        elif message.kind == Kind.LINK:
            yield from self._follow(path, linked(body), body.offset, queue)
        elif message.kind in (Kind.LINK_INFO, Kind.ATTRIBUTE_INFO):
            yield from self._dense(path, message, queue)
        elif message.kind == Kind.ATTRIBUTE:
            yield from self._attribute(path, body)
        elif message.kind == Kind.EXTERNAL_FILES:
            yield External(path, "a list of files that hold its elements", body.offset)

    def _follow(self, path: str, link: Link, offset: int, queue: list[tuple[str, int]]) -> Iterator[Found]:
        name = f"{path.rstrip('/')}/{link.name.decode('utf-8', 'replace')}"
        below = name if len(name) <= MOST_PATH else f"{name[: MOST_PATH - 1]}\u2026"
        if link.file is not None:
            yield External(below, link.file.decode("utf-8", "replace"), offset)
        elif link.target is not None:
            queue.append((below, link.target))

    def _dense(self, path: str, message: Message, queue: list[tuple[str, int]]) -> Iterator[Found]:
        """Links or attributes that stand in a fractal heap instead of the header."""
        body, is_links = message.body, message.kind == Kind.LINK_INFO
        body.take(1)
        flags = body.number(1)
        body.take((8 if is_links else 2) if flags & 1 else 0)
        heap, tree = body.address(), body.address()
        for part in objects(self.file, heap, tree) if heap is not None else ():
            if is_links:
                yield from self._follow(path, linked(part), part.offset, queue)
            else:
                yield from self._attribute(path, part)

    def _attribute(self, path: str, body: Cursor) -> Iterator[Found]:
        version, flags = body.number(1), body.number(1)
        if version not in (1, 2, 3):
            raise Malformed(f"there is no attribute of version {version}", body.offset)
        sizes = [body.number(2) for _ in range(3)]
        body.take(1 if version == 3 else 0)
        name, kind, space = (body.part(-(-size // 8) * 8 if version == 1 else size) for size in sizes)
        raw = name.text()
        if len(raw) != sizes[0] - 1:
            raise Malformed("the name of an attribute does not end where it is said to", name.offset)
        label = raw.decode("utf-8", "replace")
        if version > 1 and flags & 3:
            raise Unsupported(f"the type of attribute {visible(label, 60)} stands elsewhere")
        found, count = datatype(kind), extent(space)
        if count * found.size > body.left:
            raise Malformed(f"attribute {visible(label, 60)} is said to be larger than it is", body.offset)
        value = None
        if count == 1 and found.text is not Text.NONE:
            value = body.take(found.size)
            if found.text is Text.VARIABLE:
                value = self._variable(Cursor(value, body.offset, body.widths))
        yield Attribute(path, label, None if value is None else value.rstrip(b"\0"), body.offset)

    def _variable(self, reference: Cursor) -> bytes:
        """Text in a global heap (III.E), to which an element refers by length, address and index."""
        length, address, wanted = reference.number(4), reference.address(), reference.number(4)
        if not length or not address:
            return b""
        prefix = self.file.block(address, 8 + self.file.widths[1])
        if prefix.take(4) != b"GCOL" or prefix.number(1) != 1:
            raise Malformed("no heap stands where a text is said to be", prefix.offset)
        prefix.take(3)
        size = prefix.length()
        heap = self.file.block(address, size)
        heap.take(len(prefix.data))
        while heap.left >= 8 + heap.widths[1]:
            index, _, _, stored = heap.number(2), heap.number(2), heap.number(4), heap.length()
            if index == wanted and stored >= length:
                return heap.take(length)
            if not index:
                break
            heap.take(min(-(-stored // 8) * 8, heap.left))
        raise Malformed("a text is not in the heap that it is said to be in", heap.offset)

    def _dataset(self, path: str, found: list[Message]) -> Iterator[Found]:
        """The numbers of a dataset; its elements are held against their bytes where they are not compressed."""
        by_kind = {message.kind: message for message in found if not message.shared}
        place = by_kind.get(Kind.LAYOUT)
        if place is None:
            return
        place.body.at = 0
        space, kind = by_kind.get(Kind.DATASPACE), by_kind.get(Kind.DATATYPE)
        shape = extents(space.body) if space is not None else ()
        where: Layout = layout(self.file, place.body, shape)
        if where.is_virtual:
            yield External(path, "datasets that it is put together from", place.body.offset)
        if space is None or kind is None:
            raise Unsupported("the type or shape of a dataset stands elsewhere")
        elements: Datatype = datatype(kind.body)
        count = prod(shape)
        self.datasets += 1
        self.elements += count
        self.data += where.ranges
        held = sum(end - start for start, end in where.ranges)
        needed = count * elements.size
        is_short = where.is_whole and held < needed
        is_bomb = needed > _BOMB_FLOOR and needed > _BOMB_RATIO * held
        if (is_short or is_bomb) and Kind.EXTERNAL_FILES not in by_kind:
            message = f"{count} elements of {elements.size} bytes are said to stand in {held} bytes"
            raise Malformed(message, place.body.offset)
