"""Where the elements of a dataset lie (IV.A.2.i)."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.errors import Malformed
from verifier.formats._hdf5.chunks import indexed
from verifier.formats._hdf5.file import Cursor, File, Unsupported
from verifier.formats._hdf5.groups import leaves


@dataclass(frozen=True, slots=True)
class Layout:
    """Where elements lie.

    Args:
        ranges: `(start, end)` in the file, bounds proven.
        is_whole: they hold all elements, uncompressed, so that their size can be held against the dataspace.
        is_virtual: the elements stand in other datasets, of this file or others.
    """

    ranges: tuple[tuple[int, int], ...] = ()
    is_whole: bool = False
    is_virtual: bool = False


def layout(file: File, body: Cursor, shape: tuple[int, ...] = ()) -> Layout:
    """Reads a layout message of a dataset of that shape.

    Raises:
        Malformed: it contradicts itself or the file.
        Unsupported: the chunks are listed in a way that is not understood.
        BudgetExceeded: too much was read.
    """
    version = body.number(1)
    if version in (1, 2):
        return _old(file, body)
    if version not in (3, 4, 5):
        raise Malformed(f"there is no layout of version {version}", body.offset)
    kind = body.number(1)
    if kind == 0:
        return _compact(body, body.number(2))
    if kind == 1:
        return _contiguous(file, body.address(), body.length())
    if kind == 2:
        return _chunked(file, body) if version == 3 else Layout(tuple(indexed(file, body, shape)))
    if kind == 3:
        return Layout(is_virtual=True)
    raise Malformed(f"there is no layout of class {kind}", body.offset)


def _old(file: File, body: Cursor) -> Layout:
    rank, kind = body.number(1), body.number(1)
    body.take(5)
    if kind == 0:
        body.take(4 * rank)
        return _compact(body, body.number(4))
    address = body.address()
    sizes = [body.number(4) for _ in range(rank)]
    if kind == 1:
        raise Unsupported("a dataset is laid out as in files before 2003")
    return _tree(file, address, len(sizes))


def _compact(body: Cursor, size: int) -> Layout:
    start = body.offset + body.at
    body.take(size)
    return Layout(((start, start + size),), is_whole=True)


def _contiguous(file: File, address: int | None, size: int) -> Layout:
    return Layout() if address is None else Layout((file.bounds(address, size),), is_whole=True)


def _chunked(file: File, body: Cursor) -> Layout:
    rank = body.number(1)
    return _tree(file, body.address(), rank)


def _tree(file: File, address: int | None, rank: int) -> Layout:
    """Chunks by a version 1 B-tree, whose keys hold the bytes that each takes."""
    if not 1 <= rank <= 33:
        raise Malformed(f"chunks have {rank} dimensions")
    if address is None:
        return Layout()
    found = leaves(file, address, 1, 8 + 8 * rank)
    return Layout(tuple(file.bounds(leaf.address, leaf.key.number(4)) for leaf in found))
