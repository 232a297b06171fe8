"""Item sizes of numpy dtypes, from the descriptions numpy writes (numpy.lib.format.dtype_to_descr).

Only the spellings numpy writes are accepted; `numpy.dtype` understands many more (`"f8,O"`, `"2i4"`, type names),
which a genuine file never holds and which readers need not agree on.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TypeAlias, Union

from verifier.errors import Malformed
from verifier.records import visible

Literal: TypeAlias = Union[str, int, bool, tuple["Literal", ...], list["Literal"], dict[str, "Literal"], None]
"""What a header's Python literal can hold."""

_TEXT = re.compile(r"(?P<order>[<>|=]?)(?P<kind>[biufcmMOSaUV?])(?P<size>\d{0,10})(?P<unit>\[[\w/]{1,20}\])?", re.ASCII)
_SIZES = {
    "b": {1},
    "?": {1},
    "i": {1, 2, 4, 8},
    "u": {1, 2, 4, 8},
    "f": {2, 4, 8, 10, 12, 16},
    "c": {8, 16, 20, 24, 32},
    "m": {8},
    "M": {8},
    "O": {4, 8},
}
_DEFAULT_SIZE = {"b": 1, "?": 1, "O": 8, "S": 0, "a": 0, "U": 0, "V": 0}
"""Kinds that may stand without a size (`|O`, `|S0` as `|S`)."""

_MAX_DEPTH = 32
"""Structured dtypes inside structured dtypes; numpy's own arrays have at most 64 dimensions, types nest far less."""

_MAX_ITEM = (1 << 31) - 1
"""Bytes of an item: numpy counts them in a C int."""


@dataclass(frozen=True, slots=True)
class Dtype:
    """As much of a dtype as decides how its items are stored.

    Args:
        text: the description, for people.
        itemsize: bytes an item takes.
        has_object: items hold Python objects, so that arrays are stored as pickles.

    Raises:
        Malformed: an item is larger than numpy can count.
    """

    text: str
    itemsize: int
    has_object: bool

    def __post_init__(self) -> None:
        if self.itemsize > _MAX_ITEM:
            raise Malformed(f"an item takes more than {_MAX_ITEM} bytes, more than numpy can count")


def from_text(text: str) -> Dtype:
    """The dtype of a type string (`<f8`, `|S10`, `<M8[ns]`, `|O`).

    Raises:
        Malformed: numpy never writes it so.
    """
    match = _TEXT.fullmatch(text)
    if match is None:
        raise Malformed(f"{visible(text)!r} is no dtype numpy writes")
    kind = match["kind"]
    if not match["size"] and kind not in _DEFAULT_SIZE:
        raise Malformed(f"dtype {text!r} has no size")
    size = int(match["size"]) if match["size"] else _DEFAULT_SIZE[kind]
    if kind in _SIZES and size not in _SIZES[kind]:
        raise Malformed(f"dtype {text!r} has a size numpy does not know")
    if match["unit"] and kind not in "mM":
        raise Malformed(f"dtype {text!r} has a unit but is no time")
    return Dtype(text, size * 4 if kind == "U" else size, kind == "O")


def from_descr(descr: Literal, depth: int = 0) -> Dtype:
    """The dtype of a `descr`: a type string, a list of fields, or a `(type, shape)` pair.

    Raises:
        Malformed: numpy never writes it so.
    """
    if depth > _MAX_DEPTH:
        raise Malformed(f"dtypes are nested more than {_MAX_DEPTH} deep")
    if isinstance(descr, str):
        return from_text(descr)
    if isinstance(descr, tuple) and len(descr) == 2:
        return _shaped(from_descr(descr[0], depth + 1), descr[1])
    if isinstance(descr, list):
        fields = [_field(field, depth + 1) for field in descr]
        size, has_object = sum(field.itemsize for field in fields), any(field.has_object for field in fields)
        return Dtype(f"structure of {len(fields)} fields", size, has_object)
    raise Malformed(f"{visible(repr(descr))} is no dtype numpy writes")


def _field(field: Literal, depth: int) -> Dtype:
    if not isinstance(field, tuple) or len(field) not in (2, 3) or not _is_name(field[0]):
        raise Malformed(f"{visible(repr(field))} is no field numpy writes")
    dtype = from_descr(field[1], depth)
    return _shaped(dtype, field[2]) if len(field) == 3 else dtype


def _is_name(name: Literal) -> bool:
    return isinstance(name, str) or (
        isinstance(name, tuple) and len(name) == 2 and all(isinstance(n, str) for n in name)
    )


def _shaped(dtype: Dtype, shape: Literal) -> Dtype:
    if not isinstance(shape, tuple) or not all(type(extent) is int and extent >= 0 for extent in shape):
        raise Malformed(f"{visible(repr(shape))} is no shape numpy writes")
    extents = [extent for extent in shape if isinstance(extent, int)]
    return Dtype(f"{dtype.text} {shape}", dtype.itemsize * math.prod(extents), dtype.has_object)
