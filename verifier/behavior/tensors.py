"""Files of declared data as arrays and texts: npy, safetensors, jsonl, and TensorProto of ONNX. Never pickles."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from tokenize import TokenError
from typing import TYPE_CHECKING, TypeAlias

from verifier.errors import Malformed

if TYPE_CHECKING:
    from numpy import ndarray

_BROKEN = (EOFError, KeyError, MemoryError, RecursionError, SyntaxError, TypeError, ValueError, TokenError)
"""What numpy's reader of headers raises, which falls back to Python's tokenizer."""

Array: TypeAlias = "ndarray"
"""What rooms that may not import numpy call an array."""

MAX_BYTES = 256 << 20
"""Bytes of a file of data that are read."""

_DTYPES = {1: "<f4", 2: "u1", 3: "i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 9: "?", 10: "<f2", 11: "<f8"} | {
    12: "<u4",
    13: "<u8",
}
"""TensorProto.DataType to the layout of `raw_data` (onnx.proto)."""

_FIELDS = {4: "<f4", 5: "<i4", 7: "<i8", 10: "<f8", 11: "<u8"}
"""Fields of a TensorProto that hold numbers instead: float_data, int32_data, int64_data, double_data, uint64_data."""


def arrays(path: str, content: bytes) -> list[ndarray]:
    """The arrays of a file, in its order; of safetensors in the order of their names.

    Raises:
        Malformed: it is no such file, or would need a pickle.
    """
    import numpy as np
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        if path.endswith(".pb"):
            return [_proto(content)]
        if path.endswith(".safetensors"):
            return [array for _, array in sorted(load(content).items())]
        return [np.load(io.BytesIO(content), allow_pickle=False)]
    except (*_BROKEN, SafetensorError) as error:
        raise Malformed(f"{path} is no file of numbers") from error


def texts(path: str, content: bytes) -> tuple[str, ...]:
    """The texts of a jsonl file: each line a text, or a table with the key `text`.

    Raises:
        Malformed: a line is neither.
    """
    found = []
    try:
        for line in content.decode().splitlines():
            value = json.loads(line)
            found.append(value["text"] if isinstance(value, dict) else value)
    except (ValueError, KeyError, RecursionError) as error:
        raise Malformed(f"{path} is not made of lines with a text each") from error
    if not all(isinstance(text, str) for text in found):
        raise Malformed(f"{path} holds something else than texts")
    return tuple(found)


def save(path: Path, array: ndarray) -> None:
    """Writes an array as npy.

    Raises:
        OSError: it cannot be written.
    """
    import numpy as np

    np.save(path, array, allow_pickle=False)


def _proto(content: bytes) -> ndarray:
    """A TensorProto; tensors of text, of external data or of types numpy lacks are refused by ValueError."""
    import numpy as np

    dims: list[int] = []
    kind, array = 0, None
    for field, value in _fields(content):
        if field == 1:
            dims += [value] if isinstance(value, int) else [number for _, number in _varints(value)]
        elif field == 2 and isinstance(value, int):
            kind = value
        elif field == 9 and isinstance(value, bytes):
            array = np.frombuffer(value, np.dtype(_DTYPES[kind]))
        elif field in (4, 10) and isinstance(value, bytes):
            array = np.frombuffer(value, np.dtype(_FIELDS[field]))
        elif field in (5, 7, 11) and isinstance(value, bytes):
            array = np.array([number for _, number in _varints(value)], np.uint64).astype(_DTYPES[kind])
    if array is None:
        array = np.zeros(0, _DTYPES[kind])
    return array.reshape(dims)


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field of a protobuf message."""
    place = 0
    while place < len(content):
        place, tag = _varint(content, place)
        if tag & 7 == 0:
            place, number = _varint(content, place)
            yield tag >> 3, number
            continue
        if tag & 7 == 2:
            place, size = _varint(content, place)
        else:
            size = {1: 8, 5: 4}[tag & 7]
        if place + size > len(content):
            raise ValueError("a field ends after its message")
        yield tag >> 3, content[place : place + size]
        place += size


def _varints(content: bytes) -> Iterator[tuple[int, int]]:
    place = 0
    while place < len(content):
        place, number = _varint(content, place)
        yield place, number


def _varint(content: bytes, place: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if place >= len(content):
            break
        byte = content[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return place, number & (1 << 64) - 1
    raise ValueError("a number does not end")
