"""A TensorProto of TensorFlow: how large it is, and the text it holds.

Source: tensorflow/core/framework/tensor.proto, types.proto and tensor_shape.proto of TensorFlow 2.21.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Final

from verifier.formats._protobuf.wire import BYTES, VARINT, Field, Wire

STRING: Final = 7

BYTES_OF: Final = {
    **dict.fromkeys((4, 6, 10, 11, 12, 24, 25), 1),
    **dict.fromkeys((5, 14, 15, 16, 17, 19), 2),
    **dict.fromkeys((1, 3, 13, 22), 4),
    **dict.fromkeys((2, 8, 9, 23), 8),
    18: 16,
}
"""Bytes of an element, by data type; of other types an element has no fixed size."""

NAMES: Final = {
    1: "FLOAT",
    2: "DOUBLE",
    3: "INT32",
    4: "UINT8",
    5: "INT16",
    6: "INT8",
    7: "STRING",
    8: "COMPLEX64",
    9: "INT64",
    10: "BOOL",
    11: "QINT8",
    12: "QUINT8",
    13: "QINT32",
    14: "BFLOAT16",
    15: "QINT16",
    16: "QUINT16",
    17: "UINT16",
    18: "COMPLEX128",
    19: "HALF",
    20: "RESOURCE",
    21: "VARIANT",
    22: "UINT32",
    23: "UINT64",
}
"""Names of the data types (types.proto, DataType)."""

MAX_ELEMENTS: Final = 1 << 34
"""Elements a constant may have: one value may stand for all of them, so that a few bytes ask for any memory."""

_CONTENT: Final = 4
_TEXT: Final = 8
_MAX_TEXT: Final = 4096


@dataclass(slots=True)
class Constant:
    """What a constant says.

    Args:
        dtype: its data type.
        dims: sizes of its axes.
        content: range of its numbers side by side; None where they stand otherwise.
        text: its first string, as far as it is short.
    """

    dtype: int = 0
    dims: list[int] = field(default_factory=list)
    content: tuple[int, int] | None = None
    text: str = ""

    @property
    def elements(self) -> int:
        """Elements by its shape; sizes that are not known count as none."""
        return prod(max(size, 0) for size in self.dims)

    @property
    def flaw(self) -> str:
        """What contradicts itself, as the end of a sentence; empty where nothing does."""
        if self.elements > MAX_ELEMENTS:
            return f"asks for {self.elements} elements, which no memory holds"
        size = BYTES_OF.get(self.dtype)
        if self.content is None or size is None or self.content[0] == self.content[1]:
            return ""
        held = self.content[1] - self.content[0]
        return "" if held == size * self.elements else f"holds {held} bytes, which {self.elements} elements do not fill"


def read_constant(wire: Wire, message: Field) -> Constant:
    """Reads everything but the numbers.

    Raises:
        Malformed, BudgetExceeded: as walking does.
    """
    found = Constant()
    for part in wire.fields(message.start, message.end):
        if part.number == 1 and part.wire == VARINT:
            found.dtype = part.value
        elif part.number == 2 and part.wire == BYTES:
            found.dims += read_shape(wire, part)
        elif part.number == _CONTENT and part.wire == BYTES:
            found.content = part.start, part.end
        elif part.number == _TEXT and part.wire == BYTES and not found.text and part.end - part.start <= _MAX_TEXT:
            found.text = wire.text(part, _MAX_TEXT)
    return found


def read_shape(wire: Wire, message: Field) -> list[int]:
    """Sizes of the axes a TensorShapeProto gives; -1 where one is not known.

    Raises:
        Malformed, BudgetExceeded: as walking does.
    """
    sizes: list[int] = []
    for dim in wire.fields(message.start, message.end):
        if dim.number == 2 and dim.wire == BYTES:
            size = [part for part in wire.fields(dim.start, dim.end) if part.number == 1 and part.wire == VARINT]
            sizes.append(wire.numbers(size[-1])[0] if size else 0)
    return sizes
