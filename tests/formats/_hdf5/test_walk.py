"""All that a root leads to, each object once; one that is broken does not hide the others."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.hdf5s import Builder, attribute, dataspace, datatype, hdf5, keras_hdf5, text
from tests.formats._hdf5.test_file import opened
from verifier.errors import Malformed
from verifier.formats._hdf5.file import Unsupported
from verifier.formats._hdf5.walk import Attribute, External, Found, Gap, Walk


def walked(data: bytes) -> list[Found]:
    return list(Walk(opened(data)).run())


def texts(data: bytes) -> dict[str, bytes | None]:
    return {found.name: found.value for found in walked(data) if isinstance(found, Attribute)}


def test_texts_are_read_whatever_their_length() -> None:
    long = b"x" * 5000
    assert texts(keras_hdf5(long, a=b"b", empty=b"")) == {"model_config": long, "a": b"b", "empty": b""}
    assert texts(hdf5(text(b"a", b"b\0\0"), attribute(b"n", datatype(0, 4), dataspace(2), bytes(8)))) == {
        "a": b"b",
        "n": None,
    }


def test_a_broken_object_hides_no_other() -> None:
    file = Builder()
    broken, good = file.put(b"\7" + bytes(20)), file.object([text(b"model_config", b"{}")])
    found = walked(file.done(file.object([(0x99, b""), file.group(a=broken, z=good)])))
    assert [(f.path, f.is_lie) for f in found if isinstance(f, Gap)] == [("/", False), ("/a", True)]
    assert [f.path for f in found if isinstance(f, Attribute)] == ["/z"]


def test_groups_that_lead_to_themselves_are_visited_once() -> None:
    file = Builder()
    inner = file.object([file.group(a=96)])
    assert len(texts(file.done(file.object([file.group(a=inner, b=inner), text(b"c", b"d")])))) == 1


@pytest.mark.parametrize("name", [b"model_config\1", b"model\0config", b""])
def test_names_of_attributes_end_where_they_say(name: bytes) -> None:
    whole = bytearray(hdf5(text(b"model_config", b"{}")))
    at = whole.index(b"model_config")
    whole[at : at + 13] = name.ljust(13, b"\0")
    assert [f.is_lie for f in walked(bytes(whole)) if isinstance(f, Gap)] == [True]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ((0x0F, bytes(12)), "message of type 0xf"),
        ((0x0C, b"\2\1" + struct.pack("<HHH", 2, 8, 8) + b"a\0" + bytes(40)), "stands elsewhere"),
    ],
)
def test_what_is_not_understood_is_a_gap(message: tuple[int, bytes], why: str) -> None:
    (gap,) = (f for f in walked(hdf5(message)) if isinstance(f, Gap))
    assert (gap.path, gap.is_lie, why in gap.reason) == ("/", False, True)


def test_links_to_other_files_are_named_with_their_place() -> None:
    link = b"\1\x08\x40\1x" + struct.pack("<H", 14) + b"\0/etc/passwd\0x"
    (found,) = (f for f in walked(hdf5((0x06, link))) if isinstance(f, External))
    assert (found.path, found.file) == ("/x", "/etc/passwd")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_bytes_end_in_findings(data: st.DataObject) -> None:
    whole = bytearray(keras_hdf5(b"{}"))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = walked(bytes(whole))
    except (Malformed, Unsupported):
        return
    assert all(isinstance(f, Attribute | External | Gap) for f in found)
