"""Where elements lie: contiguous, compact, in chunks, elsewhere."""

from __future__ import annotations

import struct

import pytest

from tests.builders.hdf5s import UNDEFINED, Builder
from tests.formats._hdf5.test_file import opened
from verifier.errors import Malformed
from verifier.formats._hdf5.file import Cursor, Unsupported
from verifier.formats._hdf5.layout import Layout, layout


def read(data: bytes, builder: Builder | None = None) -> Layout:
    file = opened((builder or Builder()).done(0))
    return layout(file, Cursor(data, 500, (8, 8)))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\3\1" + struct.pack("<QQ", 8, 16), Layout(((8, 24),), is_whole=True)),
        (b"\3\1" + UNDEFINED + bytes(8), Layout()),
        (b"\3\0\4\0abcd", Layout(((504, 508),), is_whole=True)),
        (b"\4\3" + bytes(12), Layout(is_virtual=True)),
        (b"\4\2\0\1\1\4\1" + struct.pack("<Q", 8), Layout(((8, 12),))),
        (b"\4\2\2\1\1\4\1" + struct.pack("<QIQ", 9, 0, 8), Layout(((8, 17),))),
        (b"\3\2\2" + UNDEFINED, Layout()),
        (b"\1\0\0" + bytes(5) + struct.pack("<I", 2) + b"ab", Layout(((512, 514),), is_whole=True)),
    ],
)
def test_elements_are_found(data: bytes, found: Layout) -> None:
    assert read(data) == found


def test_chunks_are_found_with_the_bytes_each_takes() -> None:
    builder = Builder()
    keys = [(struct.pack("<II16x", size, 0), address) for size, address in ((5, 8), (7, 32))]
    tree = builder.put(builder.node(1, keys, bytes(24)))
    assert read(b"\3\2\2" + struct.pack("<Q", tree), builder).ranges == ((8, 13), (32, 39))


@pytest.mark.parametrize("data", [b"\4\2\0\1\1\4\6" + bytes(8), b"\1\1\1" + bytes(30)])
def test_some_layouts_are_not_understood(data: bytes) -> None:
    with pytest.raises(Unsupported):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\7\0",
        b"\3\7",
        b"\3\1" + struct.pack("<QQ", 8, 1 << 40),
        b"\3\2\0" + bytes(8),
        b"\4\2\0\0\0",
        b"\3\0\xff\xffab",
    ],
)
def test_layouts_that_are_none_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)
