"""Superblocks of all versions, and blocks that must lie within the file."""

from __future__ import annotations

import pytest

from tests.builders.hdf5s import Builder, hdf5, numbers
from verifier.errors import Malformed
from verifier.formats._hdf5.file import MAX_BLOCK, Cursor, File, Unsupported
from verifier.formats._hdf5.signature import find_signature
from verifier.formats._readers import BytesReader


def opened(data: bytes) -> File:
    reader = BytesReader(data)
    return File(reader, find_signature(reader) or 0, lambda _: None)


@pytest.mark.parametrize("base", [0, 512, 1024, 8192])
def test_the_superblock_is_found_where_the_library_looks(base: int) -> None:
    data = hdf5(base=base)
    assert find_signature(BytesReader(data)) == base
    file = opened(data)
    assert (file.start, file.end) == (base, len(data))


def test_it_is_looked_for_nowhere_else() -> None:
    assert find_signature(BytesReader(bytes(700) + hdf5())) is None
    assert find_signature(BytesReader(hdf5(base=8192)), 4096) is None
    assert find_signature(BytesReader(b"")) is None


def test_later_superblocks_are_read() -> None:
    builder = Builder(512)
    root = builder.second(numbers(0, 1))
    data = builder.done_second(root)
    assert (opened(data).root, opened(data).end) == (root, len(data))


@pytest.mark.parametrize(
    ("at", "value", "why"),
    [(8, 9, "version 9"), (13, 5, "bytes; there are"), (24, 1, "base address"), (40, 0xFF, "cut short")],
)
def test_a_superblock_that_lies_is_refused(at: int, value: int, why: str) -> None:
    data = bytearray(hdf5())
    data[at] = value
    if at == 40:
        data[41] = 0xFF
    with pytest.raises(Malformed, match=why):
        opened(bytes(data))


def test_drivers_and_extensions_are_not_understood() -> None:
    data = bytearray(hdf5())
    data[48:56] = bytes(8)
    with pytest.raises(Unsupported, match="driver"):
        opened(bytes(data))
    builder = Builder()
    later = bytearray(builder.done_second(builder.second([])))
    later[20:28] = bytes(8)
    with pytest.raises(Unsupported, match="extension"):
        opened(bytes(later))


def test_blocks_lie_within_the_file() -> None:
    file = opened(hdf5())
    for address, length in ((file.end, 1), (0, file.end + 1), (1 << 62, 8), (0, MAX_BLOCK + 1)):
        with pytest.raises(Malformed):
            file.block(address, length)


def test_fields_end_with_their_block() -> None:
    cursor = Cursor(b"ab\0c\xff\xff\xff\xff", 100, (4, 4))
    assert (cursor.text(), cursor.text()[:1], cursor.left) == (b"ab", b"c", 0)
    with pytest.raises(Malformed) as caught:
        cursor.take(1)
    assert caught.value.offset == 108
    assert Cursor(b"\xff" * 4, 0, (4, 4)).address() is None
