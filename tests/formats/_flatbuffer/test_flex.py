"""Texts of a FlexBuffer's vector, and nothing outside its bytes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.flatbuffers import flex_options
from verifier.errors import Malformed
from verifier.formats._flatbuffer.flex import texts


@given(st.lists(st.binary(max_size=300), max_size=4))
@settings(deadline=None)
def test_what_is_written_is_read_again(written: list[bytes]) -> None:
    assert texts(flex_options(*written)) == written


@pytest.mark.parametrize("data", [b"", b"\0\0\0", b"\1\x28\1", flex_options(b"a")[3:], flex_options(*[b""] * 100)])
def test_what_is_no_such_vector_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        texts(data)


@given(st.binary(max_size=60), st.sampled_from([1, 2, 4, 8]))
@settings(deadline=None)
def test_any_bytes_end(data: bytes, width: int) -> None:
    with suppress(Malformed):
        texts(data + bytes([10 << 2, width]))
