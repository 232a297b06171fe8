"""MXNet parameters (`.params`): a list of arrays of numbers, and their names.

Source: src/ndarray/ndarray.cc (NDArray::Save and Load) of MXNet 1.9; graphs in JSON are inspected with other JSON.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import prod
from typing import TYPE_CHECKING, Final

from verifier.errors import Malformed
from verifier.formats._context import Context, Probe
from verifier.formats._mxnet import MALFORMED
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Format, Reader

if TYPE_CHECKING:
    from verifier.formats._cursor import Cursor
    from verifier.formats._ranges import Range

FORMAT = Format("mxnet", 1, "MXNet parameters")
RULES: tuple[str, ...] = (MALFORMED,)

_HEAD: Final = struct.pack("<QQ", 0x112, 0)
"""kMXAPINDArrayListMagic, and a reserved number."""

_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_WIDTHS: Final = {0: 4, 1: 8, 2: 2, 3: 1, 4: 4, 5: 1, 6: 8, 7: 1, 8: 2, 9: 2, 10: 4, 11: 8, 12: 2}
"""Bytes of an element by type flag (mshadow::TypeFlag)."""

_DIMENSIONS: Final = 32
_LONGEST: Final = 1 << 16
"""Bytes of a name."""


def recognize(probe: Probe) -> bool:
    """The magic number of a list."""
    return probe.head.startswith(_HEAD)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Fact | Coverage]:
    """Goes from array to array, and passes over their values."""
    from verifier.formats._account import accounted
    from verifier.formats._cursor import Cursor

    cursor, payloads = Cursor(reader, context.budget, "<"), []
    try:
        cursor.skip(len(_HEAD))
        for _ in range(cursor.number("Q")):
            payloads += _array(cursor)
            _bounded(payloads)
        for _ in range(cursor.number("Q")):
            cursor.spend()
            cursor.skip(_limited(cursor.number("Q"), _LONGEST, "a name"))
    except Malformed as error:
        message = f"MXNet cannot read the list to its end: {error.message}."
        yield Finding(MALFORMED, (Evidence(artifact.name, error.message, FORMAT.how, error.offset),), message)
        yield Coverage(artifact.name, CoverageState.PARTIAL, "it could not be read to its end", FORMAT.how)
        return
    yield Fact("tensor-count", len(payloads), Evidence(artifact.name, f"{len(payloads)} arrays", FORMAT.how))
    end = cursor.position
    yield from accounted(artifact.name, FORMAT.how, payloads, end, "values of arrays")
    if end < reader.size:
        yield Coverage(artifact.name, CoverageState.PARTIAL, "bytes behind the list", FORMAT.how, end)


def _array(cursor: Cursor) -> list[Range]:
    """The values of an array, and of the indexes of a sparse one, which say how many values there are."""
    cursor.spend()
    magic = cursor.number("I")
    if magic not in (_V1, _V2, _V3):
        raise Malformed("an array is of an unknown version", cursor.position)
    sparse = {0: 0, 1: 1, 2: 2}.get(cursor.number("i"), -1) if magic != _V1 else 0
    if sparse < 0:
        raise Malformed("an array is stored in an unknown way", cursor.position)
    if sparse:
        _shape(cursor)
    shape = _shape(cursor)
    if not shape and magic != _V3:
        return []
    cursor.skip(8)
    width = _width(cursor)
    indexes = [(_width(cursor), _shape(cursor)) for _ in range(sparse)]
    if sparse:
        shape = (*indexes[-1][1], *(shape[1:] if sparse == 1 else ()))
    found = []
    for size, dims in ((width, shape), *indexes):
        start = cursor.position
        cursor.skip(size * prod(dims))
        found.append((start, cursor.position))
    return found


def _shape(cursor: Cursor) -> tuple[int, ...]:
    count = _limited(cursor.number("I"), _DIMENSIONS, "a shape")
    dims = tuple(cursor.number("q") for _ in range(count))
    if any(size < 0 for size in dims):
        raise Malformed("a dimension is negative", cursor.position)
    return dims


def _width(cursor: Cursor) -> int:
    flag = cursor.number("i")
    if flag not in _WIDTHS:
        raise Malformed(f"values are of the unknown type {flag}", cursor.position)
    return _WIDTHS[flag]


def _limited(value: int, most: int, what: str) -> int:
    if value > most:
        raise Malformed(f"{what} is said to have {value} parts")
    return value


def _bounded(payloads: list[Range]) -> None:
    from verifier.formats._bounds import bounded

    bounded(payloads, "arrays")
