"""FlatBuffers, written front to back: a table is a dict of field numbers, and what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias, Union


class Number(NamedTuple):
    """A number in a table, of a width in bytes."""

    value: int
    width: int = 4


class Counted(NamedTuple):
    """A vector of elements of a width in bytes."""

    content: bytes
    width: int


Value: TypeAlias = Union[Number, Counted, bytes, str, Sequence[Union[int, str, "Fields"]], "Fields"]
Fields: TypeAlias = Mapping[int, Value]


def flatbuffer(identifier: bytes, root: Fields) -> bytes:
    """A buffer with that root table."""
    out = bytearray(4) + identifier
    position = _table(out, root)
    out[:4] = position.to_bytes(4, "little")
    return bytes(out)


def _table(out: bytearray, fields: Fields) -> int:
    slots = [0] * (max(fields, default=-1) + 1)
    size = 4
    for index, value in fields.items():
        slots[index] = size
        size += value.width if isinstance(value, Number) else 4
    vtable = len(out)
    for number in (4 + 2 * len(slots), size, *slots):
        out += number.to_bytes(2, "little")
    position = len(out)
    out += (position - vtable).to_bytes(4, "little", signed=True) + bytes(size - 4)
    for index, value in fields.items():
        place = position + slots[index]
        if isinstance(value, Number):
            out[place : place + value.width] = value.value.to_bytes(value.width, "little", signed=value.value < 0)
        else:
            _offset(out, place, _child(out, value))
    return position


def _offset(out: bytearray, place: int, target: int) -> None:
    out[place : place + 4] = (target - place).to_bytes(4, "little")


def _child(out: bytearray, value: Counted | bytes | str | Sequence[int | str | Fields] | Fields) -> int:
    """Where the table, text or vector was written."""
    if isinstance(value, Counted):
        return _vector(out, value.content, len(value.content) // value.width)
    if isinstance(value, Mapping):
        return _table(out, value)
    if isinstance(value, str):
        value = value.encode() + b"\0"
        return _vector(out, value, len(value) - 1)
    if isinstance(value, bytes):
        return _vector(out, value, len(value))
    start = _vector(out, bytes(4 * len(value)), len(value))
    for place, item in enumerate(value, 1):
        if isinstance(item, int):
            out[start + 4 * place : start + 4 * place + 4] = item.to_bytes(4, "little", signed=True)
        else:
            _offset(out, start + 4 * place, _child(out, item))
    return start


def _vector(out: bytearray, content: bytes, count: int) -> int:
    start = len(out)
    out += count.to_bytes(4, "little") + content
    return start


def tflite(
    *,
    codes: Sequence[Fields] = ({3: Number(0)},),
    buffers: Sequence[Fields] = ({}, {0: bytes(400)}),
    tensors: Sequence[Fields] = ({0: [1, 4], 1: Number(0, 1)}, {0: [100], 1: Number(0, 1), 2: Number(1), 3: "w"}),
    operators: Sequence[Fields] = ({0: Number(0), 1: [0, 1], 2: [0]},),
    more: Fields | None = None,
) -> bytes:
    """A TensorFlow Lite model: an addition of an input and a weight, unless told otherwise."""
    graph: Fields = {0: tensors, 1: [0], 2: [0], 3: operators, 4: "main"}
    return flatbuffer(b"TFL3", {0: Number(3), 1: codes, 2: [graph], 3: "tests", 4: buffers, **(more or {})})


def custom(name: str) -> Fields:
    """The description of a custom operator."""
    return {0: Number(32, 1), 1: name, 3: Number(32)}


def flex_options(*texts: bytes) -> bytes:
    """The options of a node of TensorFlow: a FlexBuffer, a vector of texts."""
    out, ends = bytearray(), []
    for text in texts:
        out += len(text).to_bytes(4, "little")
        ends.append(len(out))
        out += text + b"\0"
    out += len(texts).to_bytes(4, "little")
    start = len(out)
    for end in ends:
        out += (len(out) - end).to_bytes(4, "little")
    out += bytes([5 << 2 | 2]) * len(texts)
    return bytes(out) + (len(out) - start).to_bytes(4, "little") + bytes([10 << 2 | 2, 4])
