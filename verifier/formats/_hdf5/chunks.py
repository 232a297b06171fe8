"""Where the chunks of a dataset lie, by the indexes of libraries since 1.10 (IV.A.2.i; appendix C)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from verifier.errors import Malformed
from verifier.formats._hdf5.file import Cursor, File, Unsupported
from verifier.formats._hdf5.trees import records

Range: TypeAlias = tuple[int, int]

_MOST_PAGES: Final = 1 << 20
"""Pages of an array; libraries write 1024 elements a page."""


def indexed(file: File, body: Cursor, shape: tuple[int, ...]) -> Iterator[Range]:
    """The ranges of the chunks that a layout of version 4 lists.

    Args:
        file: the dataset is in.
        body: the layout, from its flags on.
        shape: of the dataset.

    Raises:
        Malformed: an index contradicts itself or the file.
        Unsupported: there is an index that is not understood.
        BudgetExceeded: too much was read.
    """
    flags, rank, width = body.number(1), body.number(1), body.number(1)
    if not 1 <= rank <= 33 or not 1 <= width <= 8:
        raise Malformed(f"chunks have {rank} dimensions of {width} bytes", body.offset)
    sizes = [body.number(width) for _ in range(rank)]
    chunk, index = _Chunk(math.prod(sizes), rank - 1), body.number(1)
    if index == 1:
        filtered = body.length() if flags & 2 else 0
        body.take(4 if flags & 2 else 0)
        address = body.address()
        yield from [] if address is None else [file.bounds(address, filtered or chunk.size)]
    elif index == 2:
        address = body.address()
        if len(shape) != rank - 1 or 0 in sizes:
            raise Malformed(f"chunks of {rank - 1} dimensions hold a dataset of {len(shape)}", body.offset)
        count = math.prod(-(-extent // size) for extent, size in zip(shape, sizes, strict=False))
        yield from [] if address is None else [file.bounds(address, count * chunk.size)]
    elif index in _LISTS:
        parameters, listed = _LISTS[index]
        body.take(parameters)
        address = body.address()
        yield from [] if address is None else listed(file, address, chunk)
    else:
        raise Unsupported(f"chunks are listed by an index of type {index}")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A chunk: bytes before filters, and dimensions."""

    size: int
    rank: int

    def elements(self, file: File, block: Cursor, count: int, width: int) -> Iterator[Range]:
        """Elements of an array: an address and, where chunks are filtered, the bytes each takes."""
        for _ in range(count):
            element = block.part(width)
            address = element.address()
            if address is not None:
                yield file.bounds(address, self.stored(element, 4))

    def stored(self, element: Cursor, behind: int) -> int:
        """Bytes a chunk takes: all of it, or as written between its address and the last bytes of an element."""
        return element.number(element.left - behind) if element.left > behind else self.size


def _opened(file: File, address: int, length: int, magic: bytes) -> Cursor:
    """A block that begins with a signature, version 0 and the client: 0 for chunks as they are, 1 for filtered ones."""
    block = file.block(address, length)
    if block.take(4) != magic or block.number(1) != 0 or block.number(1) > 1:
        raise Malformed(f"no {magic.decode()} stands where one is named", block.offset)
    return block


def _paged(file: File, chunk: _Chunk, address: int, counts: list[int], width: int) -> Iterator[Range]:
    """Pages of elements, each with a checksum; those that were never written hold zeros, and are not asked for."""
    for count, is_written in [(abs(count), count > 0) for count in counts]:
        if is_written:
            yield from chunk.elements(file, file.block(address, count * width + 4), count, width)
        address += count * width + 4


def _pages(bitmap: bytes, count: int, page: int) -> list[int]:
    """How many elements each page holds, negative where it was not written.

    Raises:
        Malformed: there are more pages than libraries write.
    """
    if len(bitmap) > _MOST_PAGES // 8:
        raise Malformed(f"an array of {count} elements has pages of {page}")
    return [
        min(page, count - at) * (1 if bitmap[n // 8] & (0x80 >> n % 8) else -1)
        for n, at in enumerate(range(0, count, page))
    ]


def _fixed(file: File, address: int, chunk: _Chunk) -> Iterator[Range]:
    """A fixed array: a header and one block, of pages where it is long."""
    head = _opened(file, address, 12 + file.widths[1] + file.widths[0], b"FAHD")
    width, bits, count, block = head.number(1), head.number(1), head.length(), head.address()
    if block is None:
        return
    _check_width(file, head, width)
    before, page = 6 + file.widths[0], 1 << min(bits, 62)
    if count <= page:
        body = _opened(file, block, before + count * width + 4, b"FADB")
        body.take(file.widths[0])
        yield from chunk.elements(file, body, count, width)
        return
    mapped = (-(-count // page) + 7) // 8
    body = _opened(file, block, before + mapped + 4, b"FADB")
    body.take(file.widths[0])
    yield from _paged(file, chunk, block + before + mapped + 4, _pages(body.take(mapped), count, page), width)


def _check_width(file: File, head: Cursor, width: int) -> None:
    if not (width == file.widths[0] or file.widths[0] + 4 < width <= file.widths[0] + 12):
        raise Malformed(f"an array has elements of {width} bytes", head.offset)


@dataclass(frozen=True, slots=True)
class _Extensible:
    """An extensible array: bytes of an element, bits of its length, and how its blocks grow."""

    width: int
    bits: int
    inline: int
    least: int
    pointers: int
    page: int

    def blocks(self, group: int) -> tuple[int, int]:
        """How many data blocks the super block of that number has, and how many elements each."""
        return 1 << group // 2, self.least << (group + 1) // 2

    @property
    def offset(self) -> int:
        """Bytes of an offset in the array."""
        return -(-self.bits // 8)


def _extensible(file: File, address: int, chunk: _Chunk) -> Iterator[Range]:
    head = _opened(file, address, 16 + 6 * file.widths[1] + file.widths[0], b"EAHD")
    width, bits, inline, least, pointers, page = (head.number(1) for _ in range(6))
    head.take(6 * file.widths[1])
    index = head.address()
    _check_width(file, head, width)
    is_power = all(number and not number & (number - 1) for number in (least, pointers))
    if not is_power or not least.bit_length() <= bits <= 64 or page > 62:
        raise Malformed("an extensible array has blocks of no size", head.offset)
    shape = _Extensible(width, bits, inline, least, pointers, 1 << page)
    if index is not None:
        yield from _from_index(file, index, chunk, shape)


def _from_index(file: File, address: int, chunk: _Chunk, array: _Extensible) -> Iterator[Range]:
    """The index block: the first elements, the first data blocks, and the super blocks of the others."""
    direct = 2 * (array.pointers.bit_length() - 1)
    groups = array.bits - (array.least.bit_length() - 1) + 1
    blocks = 2 * (array.pointers - 1)
    size = 6 + file.widths[0] * (1 + blocks + max(0, groups - direct)) + array.inline * array.width + 4
    body = _opened(file, address, size, b"EAIB")
    body.take(file.widths[0])
    yield from chunk.elements(file, body, array.inline, array.width)
    for group in range(direct):
        number, count = array.blocks(group)
        for _ in range(number):
            yield from _data(file, body.address(), chunk, array, [count])
    for group in range(direct, groups):
        yield from _super(file, body.address(), chunk, array, group)


def _super(file: File, address: int | None, chunk: _Chunk, array: _Extensible, group: int) -> Iterator[Range]:
    if address is None:
        return
    number, count = array.blocks(group)
    mapped = -(-(count // array.page) // 8) if count > array.page else 0
    size = 6 + file.widths[0] + array.offset + number * (mapped + file.widths[0]) + 4
    body = _opened(file, address, size, b"EASB")
    body.take(file.widths[0] + array.offset)
    maps = [body.take(mapped) for _ in range(number)]
    for bitmap in maps:
        pages = _pages(bitmap, count, array.page) if mapped else [count]
        yield from _data(file, body.address(), chunk, array, pages)


def _data(file: File, address: int | None, chunk: _Chunk, array: _Extensible, pages: list[int]) -> Iterator[Range]:
    """A data block of elements, or of pages of them."""
    if address is None:
        return
    before, first = 6 + file.widths[0] + array.offset, pages[0]
    if len(pages) > 1:
        _opened(file, address, before + 4, b"EADB")
        yield from _paged(file, chunk, address + before + 4, pages, array.width)
        return
    body = _opened(file, address, before + first * array.width + 4, b"EADB")
    body.take(file.widths[0] + array.offset)
    yield from chunk.elements(file, body, first, array.width)


def _tree(file: File, address: int, chunk: _Chunk) -> Iterator[Range]:
    """A B-tree whose records are an address, the bytes and the mask of filtered chunks, and scaled offsets."""
    for kind, record in records(file, address, (10, 11), file.widths[0] + 8 * chunk.rank):
        element = Cursor(record, file.start + address, file.widths)
        place = element.address()
        if place is not None:
            size = chunk.size if kind == 10 else chunk.stored(element, 4 + 8 * chunk.rank)
            yield file.bounds(place, size)


_LISTS = {3: (1, _fixed), 4: (5, _extensible), 5: (6, _tree)}
"""Type of an index to the bytes of its parameters in the layout, which its header repeats, and its reader."""
