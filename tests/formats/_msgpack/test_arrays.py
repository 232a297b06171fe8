"""Arrays are where their items lie, or they are none."""

from __future__ import annotations

import pytest

from tests.builders.msgpacks import array, extension
from verifier.errors import Malformed
from verifier.formats._msgpack.arrays import Array, read_array
from verifier.formats._msgpack.walk import walk
from verifier.formats._readers import BytesReader


def read(data: bytes) -> Array:
    reader = BytesReader(data)
    return read_array(reader, next(walk(reader)))


@pytest.mark.parametrize(("dtype", "size"), [("float32", 4), ("bfloat16", 2), ("int8", 1), ("complex128", 16)])
def test_items_are_found(dtype: str, size: int) -> None:
    data = array(bytes(6 * size), 2, 3, dtype=dtype)
    assert read(data) == Array(dtype, 6, len(data) - 6 * size, 6 * size)


def test_a_scalar_is_one_item_and_no_extent_is_none() -> None:
    assert read(array(bytes(4))).count == 1
    assert read(array(b"", 0, 7)).count == 0


@pytest.mark.parametrize("data", [array(bytes(4), 2), array(bytes(8), 1, dtype="object"), extension(1, b"\xc0")])
def test_what_does_not_agree_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)
