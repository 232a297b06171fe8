"""Links of groups, in tables and in messages; trees that are none are refused."""

from __future__ import annotations

import struct

import pytest

from tests.builders.hdf5s import Builder
from tests.formats._hdf5.test_file import opened
from verifier.errors import Malformed
from verifier.formats._hdf5.file import Cursor, Unsupported
from verifier.formats._hdf5.groups import Link, leaves, linked, tabled


def cursor(data: bytes) -> Cursor:
    return Cursor(data, 0, (8, 8))


def test_tables_are_read() -> None:
    builder = Builder()
    _, body = builder.group(a=8, bias=16)
    assert list(tabled(opened(builder.done(0)), cursor(body))) == [Link(b"a", 8), Link(b"bias", 16)]


@pytest.mark.parametrize(
    ("data", "link"),
    [
        (b"\1\0\1a" + struct.pack("<Q", 96), Link(b"a", 96)),
        (b"\1\x1d\0\0" + bytes(8) + b"\0"[:0] + b"\1\0a\2\0xy", None),
        (b"\1\x08\1\1a\2\0xy", Link(b"a")),
        (b"\1\x08\x40\1a\6\0\0f.h\0x", Link(b"a", None, b"f.h")),
    ],
)
def test_link_messages_are_read(data: bytes, link: Link | None) -> None:
    if link is None:
        with pytest.raises(Malformed):
            linked(cursor(data))
    else:
        assert linked(cursor(data)) == link


def test_links_of_programs_are_not_understood() -> None:
    with pytest.raises(Unsupported, match="type 65"):
        linked(cursor(b"\1\x08\x41\1a\2\0xy"))
    with pytest.raises(Malformed, match="version 2"):
        linked(cursor(b"\2\0\1a" + bytes(8)))


def test_trees_have_levels_and_no_circles() -> None:
    builder = Builder()
    leaf = builder.put(builder.node(0, [(bytes(8), 7), (bytes(8), 9)], bytes(8)))
    root = builder.put(builder.node(0, [(bytes(8), leaf)], bytes(8), 1))
    circle = len(builder.data)
    builder.put(builder.node(0, [(bytes(8), circle)], bytes(8), 1))
    twice = builder.put(builder.node(0, [(bytes(8), leaf), (bytes(8), leaf)], bytes(8), 1))
    file = opened(builder.done(0))
    assert [found.address for found in leaves(file, root, 0, 8)] == [7, 9]
    for tree, kind in ((circle, 0), (twice, 0), (root, 1), (8, 0)):
        with pytest.raises(Malformed):
            list(leaves(file, tree, kind, 8))
