"""Sizes and texts of datatypes, extents of dataspaces."""

from __future__ import annotations

import struct

import pytest

from tests.builders.hdf5s import FLOAT, dataspace, datatype
from verifier.errors import Malformed
from verifier.formats._hdf5.file import Cursor
from verifier.formats._hdf5.types import Datatype, Text, extent
from verifier.formats._hdf5.types import datatype as read_type


def cursor(data: bytes) -> Cursor:
    return Cursor(data, 0, (8, 8))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (FLOAT, Datatype(4, Text.NONE)),
        (datatype(3, 12), Datatype(12, Text.FIXED)),
        (datatype(9, 16, 1), Datatype(16, Text.VARIABLE)),
        (datatype(9, 16, 0, datatype(0, 1)), Datatype(16, Text.VARIABLE)),
        (datatype(9, 16, 0, FLOAT), Datatype(16, Text.NONE)),
    ],
)
def test_types_have_a_size_and_may_be_text(data: bytes, found: Datatype) -> None:
    assert read_type(cursor(data)) == found


@pytest.mark.parametrize("data", [b"\x1f" + bytes(3) + b"\1\0\0\0", b"\x03\0\0\0\1\0\0\0", datatype(3, 0), b"\x13"])
def test_types_that_are_none_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_type(cursor(data))


@pytest.mark.parametrize(
    ("data", "count"),
    [
        (dataspace(), 1),
        (dataspace(3, 4), 12),
        (dataspace(0), 0),
        (b"\2\0\0\0", 1),
        (b"\2\0\0\2", 0),
        (b"\2\1\1\1" + struct.pack("<QQ", 7, 9), 7),
    ],
)
def test_extents_are_counted(data: bytes, count: int) -> None:
    assert extent(cursor(data)) == count


@pytest.mark.parametrize("data", [b"\3\0\0\0", b"\2\x21\0\1", b"\2\0\0\7", b"\2\0\x80\0", dataspace(1)[:-1]])
def test_extents_that_are_none_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        extent(cursor(data))
