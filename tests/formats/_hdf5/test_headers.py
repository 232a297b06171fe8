"""Object headers of both versions; a message behind the count is no secret."""

from __future__ import annotations

import struct

import pytest

from tests.builders.hdf5s import Builder, numbers, text
from tests.formats._hdf5.test_file import opened
from verifier.errors import Malformed
from verifier.formats._hdf5.headers import Header, header


def read(builder: Builder, root: int) -> Header:
    return header(opened(builder.done(root)), root)


def test_messages_of_both_versions_are_read() -> None:
    for make in (Builder.object, Builder.second):
        builder = Builder()
        found = read(builder, make(builder, [text(b"a", b"b"), *numbers(0, 1)]))
        assert ([m.kind for m in found.messages], found.lie) == ([0x0C, 0x01, 0x03, 0x08], "")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_count_that_lies_hides_nothing(count: int) -> None:
    builder = Builder()
    found = read(builder, builder.object([text(b"a", b"b"), text(b"model_config", b"{}")], count=count))
    assert len(found.messages) == 2
    assert f"says that it has {count}" in found.lie


def test_headers_go_on_elsewhere() -> None:
    builder = Builder()
    more = struct.pack("<HHB3x", 0x0D, 8, 0) + b"comment\0"
    later = builder.put(more)
    found = read(builder, builder.object([(0x10, struct.pack("<QQ", later, len(more)))], count=2))
    assert [m.kind for m in found.messages] == [0x10, 0x0D]
    builder = Builder()
    later = builder.put(b"OCHK" + struct.pack("<BHB", 0x0D, 2, 0) + b"a\0" + bytes(4))
    found = read(builder, builder.second([(0x10, struct.pack("<QQ", later, 14))]))
    assert [m.kind for m in found.messages] == [0x10, 0x0D]


def test_headers_that_run_in_a_circle_are_refused() -> None:
    builder = Builder()
    root = builder.object([(0x10, struct.pack("<QQ", len(builder.data) + 16, 24))])
    with pytest.raises(Malformed, match="where it has been"):
        read(builder, root)


@pytest.mark.parametrize("block", [b"\7" + bytes(15), b"OHDR\7\0" + bytes(20)])
def test_unknown_versions_are_refused(block: bytes) -> None:
    builder = Builder()
    with pytest.raises(Malformed, match="version 7"):
        read(builder, builder.put(block))


def test_a_continuation_that_is_none_is_refused() -> None:
    builder = Builder()
    root = builder.second([(0x10, struct.pack("<QQ", 0, 14))])
    with pytest.raises(Malformed, match="no continuation"):
        read(builder, root)
