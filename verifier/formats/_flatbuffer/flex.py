"""FlexBuffers: the texts in a vector, which is how the options of TensorFlow's operators stand in a TFLite model.

Source: flatbuffers.dev/internals (FlexBuffers). A value is found from the end: its width, its type, and an offset
backwards.
"""

from __future__ import annotations

from typing import Final

from verifier.errors import Malformed

_STRING: Final = 5
_VECTOR: Final = 10
_MOST: Final = 64
"""Elements of a vector that are read; that of an operator has two."""


def texts(data: bytes) -> list[bytes]:
    """The texts in the vector that is the root.

    Raises:
        Malformed: it is none, or leaves the data.
    """
    if len(data) < 3:
        raise Malformed("it is too short for options", 0)
    kind, width = divmod(data[-2], 4)
    if kind != _VECTOR:
        raise Malformed("its options are no list", 0)
    start, length = _target(data, len(data) - 2 - data[-1], data[-1], 1 << width)
    if length > _MOST:
        raise Malformed("its options are no list of a name and a node", 0)
    found: list[bytes] = []
    for index in range(length):
        kind, inner = divmod(_slice(data, start + (length << width) + index, 1)[0], 4)
        if kind == _STRING:
            text, size = _target(data, start + (index << width), 1 << width, 1 << inner)
            found.append(_slice(data, text, size))
    return found


def _target(data: bytes, place: int, width: int, own: int) -> tuple[int, int]:
    """Where what an offset points back to begins, and its length, which stands before it in `own` bytes."""
    start = place - int.from_bytes(_slice(data, place, width), "little")
    return start, int.from_bytes(_slice(data, start - own, own), "little")


def _slice(data: bytes, start: int, length: int) -> bytes:
    if start < 0 or start + length > len(data):
        raise Malformed("its options leave their buffer", 0)
    return data[start : start + length]
