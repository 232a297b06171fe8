"""Arrays as Flax packs them: shape, name of the dtype, items (flax/serialization.py, `_ndarray_to_bytes`)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verifier.errors import Malformed
from verifier.formats._msgpack.walk import Kind, Value, walk
from verifier.records import Reader, visible

_SIZES: Final = {
    **dict.fromkeys(("bool", "int8", "uint8", "int4", "uint4", "int2", "uint2"), 1),
    **dict.fromkeys(("int16", "uint16", "float16", "bfloat16"), 2),
    **dict.fromkeys(("int32", "uint32", "float32"), 4),
    **dict.fromkeys(("int64", "uint64", "float64", "complex64"), 8),
    "complex128": 16,
}
"""Bytes of an item by name of its dtype; small floats have one, whatever their variant."""

_LONGEST_NAME: Final = 32


@dataclass(frozen=True, slots=True)
class Array:
    """An array.

    Args:
        dtype: name of its dtype.
        count: number of items.
        start: offset of the items.
        size: bytes of the items.
    """

    dtype: str
    count: int
    start: int
    size: int


def read_array(reader: Reader, extension: Value) -> Array:
    """The array that an extension holds.

    Raises:
        Malformed: it is no shape, dtype and items that agree.
    """
    end = extension.body + extension.size
    values = walk(reader, extension.body, end)
    if (outer := next(values)).kind is not Kind.ARRAY or outer.size != 3:
        raise Malformed("an array is no list of shape, dtype and items", extension.start)
    count = _count(reader, values)
    name, items = next(values), next(values)
    if name.kind not in (Kind.TEXT, Kind.BYTES) or name.size > _LONGEST_NAME:
        raise Malformed("the dtype of an array has no name", name.start)
    dtype = reader.read_at(name.body, name.size).decode("latin-1")
    size = _item(dtype)
    if items.kind not in (Kind.TEXT, Kind.BYTES) or items.end != end or count * size != items.size:
        message = f"{count} items of {visible(dtype, 40)} are said to stand in {items.size} bytes"
        raise Malformed(message, items.start)
    return Array(dtype, count, items.body, items.size)


def _count(reader: Reader, values: Iterator[Value]) -> int:
    shape = next(values)
    if shape.kind is not Kind.ARRAY or shape.size > 64:
        raise Malformed("the shape of an array is no short list", shape.start)
    extents = []
    for _ in range(shape.size):
        extent = next(values)
        raw = reader.read_at(extent.start, extent.end - extent.start)
        if extent.kind is not Kind.PLAIN or not (raw[0] < 0x80 or raw[0] in (0xCC, 0xCD, 0xCE, 0xCF)):
            raise Malformed("the shape of an array holds something else than sizes", extent.start)
        extents.append(int.from_bytes(raw[1:], "big") if len(raw) > 1 else raw[0])
    return math.prod(extents)


def _item(dtype: str) -> int:
    if dtype.startswith(("float8_", "float4_", "float6_")):
        return 1
    if dtype not in _SIZES:
        raise Malformed(f"no array that Flax writes is of dtype {visible(dtype, 40)}")
    return _SIZES[dtype]
