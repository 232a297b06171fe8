"""Readers over other Readers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verifier.formats._readers import CHUNK, BytesReader, Window, chunks

DATA = bytes(range(256)) * (CHUNK // 128)


@given(st.binary(max_size=50), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_a_window_is_a_slice(data: bytes, offset: int, size: int, start: int, length: int) -> None:
    window = Window(BytesReader(data), offset, size)
    part = data[offset : offset + size]
    assert window.size == len(part)
    assert window.read_at(start, length) == part[start : start + length]


def test_chunks_give_a_range_in_pieces() -> None:
    assert list(chunks(BytesReader(b"abcdefgh"), 1, 6, step=4)) == [b"bcde", b"fg"]
    assert b"".join(chunks(BytesReader(DATA))) == DATA
    assert list(chunks(_Short(), 0, None)) == [b"x"]


class _Short:
    size = 2

    def read_at(self, offset: int, length: int) -> bytes:
        return b"x" if offset == 0 else b""
