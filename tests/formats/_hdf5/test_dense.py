"""Links and attributes in fractal heaps are read like those in headers; heaps and trees that lie are refused."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.hdf5s import Builder, numbers, text
from tests.formats._hdf5.test_file import opened
from verifier.formats._hdf5.walk import Attribute, External, Found, Gap, Walk

LINK = b"\1\x08\x40\1x" + struct.pack("<H", 14) + b"\0/etc/passwd\0x"


def hard(name: bytes, target: int) -> bytes:
    return b"\1\0" + bytes([len(name)]) + name + struct.pack("<Q", target)


def dense_file(*, deep: bool = False) -> bytes:
    """A file whose root has its links and attributes in heaps."""
    file = Builder()
    weights = file.object(numbers(file.put(bytes(24)), 6))
    links = file.dense([hard(b"kernel", weights), hard(b"bias", weights), LINK], deep=deep)
    attributes = file.dense([text(b"model_config", b"{}")[1], text(b"backend", b"jax")[1]], 8, deep=deep)
    return file.done(file.object([(0x02, links), (0x15, attributes)]))


def walked(data: bytes) -> tuple[Walk, list[Found]]:
    walk = Walk(opened(data))
    return walk, list(walk.run())


@pytest.mark.parametrize("deep", [False, True], ids=["one block", "rows of blocks"])
def test_links_and_attributes_are_read_from_heaps(deep: bool) -> None:
    walk, found = walked(dense_file(deep=deep))
    assert walk.datasets == 1
    assert [f.file for f in found if isinstance(f, External)] == ["/etc/passwd"]
    assert {f.name: f.value for f in found if isinstance(f, Attribute)} == {"model_config": b"{}", "backend": b"jax"}
    assert not any(isinstance(f, Gap) for f in found)


def test_an_empty_heap_has_nothing() -> None:
    file = Builder()
    nothing = b"\0\0" + b"\xff" * 16
    assert walked(file.done(file.object([(0x02, nothing), (0x15, nothing)])))[1] == []


@pytest.mark.parametrize(
    ("mark", "at", "value", "why"),
    [
        (b"FRHP", 0, b"X", "no fractal heap"),
        (b"FRHP", 7, b"\1", "filtered"),
        (b"FRHP", 110, bytes(2), "blocks of no size"),
        (b"FRHP", 140, b"\x63", "so large"),
        (b"FHDB", 0, b"X", "no direct block"),
        (b"BTHD", 0, b"X", "no tree"),
        (b"BTHD", 5, b"\x0b", "no tree of type"),
        (b"BTHD", 12, b"\x09", "levels"),
        (b"BTHD", 26, b"\1", "says that it has"),
        (b"BTLF", 0, b"X", "no node"),
        (b"BTLF", 10, b"\x20", "in no block"),
        (b"BTLF", 13, b"\xff", "outside of its heap"),
    ],
)
def test_what_lies_or_is_not_understood_is_a_gap(mark: bytes, at: int, value: bytes, why: str) -> None:
    whole = bytearray(dense_file())
    start = whole.index(mark) + at
    whole[start : start + len(value)] = value
    gaps = [f for f in walked(bytes(whole))[1] if isinstance(f, Gap)]
    assert any(why in gap.reason for gap in gaps)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_changed_heap_is_a_gap_or_still_says_all(data: st.DataObject) -> None:
    """Whatever byte of heap or tree changes, nothing that leads elsewhere disappears in silence."""
    whole = bytearray(dense_file())
    mark = data.draw(st.sampled_from([b"FRHP", b"BTHD", b"BTLF"]))
    at = whole.index(mark) + data.draw(st.integers(0, 60))
    whole[at] = data.draw(st.integers(0, 255))
    found = walked(bytes(whole))[1]
    assert any(isinstance(f, Gap | External) for f in found)
