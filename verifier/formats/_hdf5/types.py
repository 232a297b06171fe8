"""Datatypes (IV.A.2.d) and dataspaces (IV.A.2.b), as far as sizes and texts need them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import prod

from verifier.errors import Malformed
from verifier.formats._hdf5.file import Cursor


class Text(Enum):
    """Whether elements are text."""

    NONE = "no text"
    FIXED = "fixed length"
    VARIABLE = "variable length"


@dataclass(frozen=True, slots=True)
class Datatype:
    """A datatype.

    Args:
        size: bytes of an element, as it is stored.
        text: whether it is text, and how it is stored.
    """

    size: int
    text: Text


def datatype(body: Cursor) -> Datatype:
    """Reads a datatype.

    Raises:
        Malformed: there is no such class or version, or elements have no bytes.
    """
    first, bits, size = body.number(1), body.number(3), body.number(4)
    kind, version = first & 0x0F, first >> 4
    if not 1 <= version <= 5 or kind > 11 or not size:
        raise Malformed(f"there is no datatype of class {kind}, version {version} and {size} bytes", body.offset)
    text = Text.FIXED if kind == 3 else Text.NONE
    if kind == 9 and (bits & 0x0F == 1 or _is_bytes(body)):
        text = Text.VARIABLE
    return Datatype(size, text)


def _is_bytes(body: Cursor) -> bool:
    """Sequences of single bytes: what `numpy.void` or lists of bytes become."""
    return body.left >= 8 and body.data[body.at + 4 : body.at + 8] == b"\1\0\0\0"


def extent(body: Cursor) -> int:
    """The number of elements of a dataspace; raises as `extents`."""
    return prod(extents(body))


def extents(body: Cursor) -> tuple[int, ...]:
    """The sizes of a dataspace; one of 0 where it is empty.

    Raises:
        Malformed: there is no such version or type, or it has more dimensions than there can be.
    """
    version, rank, flags = body.number(1), body.number(1), body.number(1)
    if version not in (1, 2) or rank > 32:
        raise Malformed(f"there is no dataspace of version {version} with {rank} dimensions", body.offset)
    kind = body.number(1)
    if version == 1:
        body.take(4)
        kind = min(rank, 1)
    if flags > 3 or kind > 2:
        raise Malformed(f"there is no dataspace of type {kind} with flags {flags}", body.offset)
    sizes = tuple(body.length() for _ in range(rank))
    return (0,) if kind == 2 else sizes
