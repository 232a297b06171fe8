"""Decoded streams behave like the bytes they stand for, within their bounds."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Budget, Limits
from verifier.formats._codecs import BZIP2, DEFLATE, GZIP, LZMA, XZ, ZLIB, Codec
from verifier.formats._decoded import LIVE, Decoded
from verifier.formats._readers import CHUNK, BytesReader, chunks


def _deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-15)


def _alone(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_ALONE)


CODECS = [
    pytest.param(DEFLATE, _deflate, id="deflate"),
    pytest.param(ZLIB, zlib.compress, id="zlib"),
    pytest.param(GZIP, gzip.compress, id="gzip"),
    pytest.param(BZIP2, bz2.compress, id="bzip2"),
    pytest.param(XZ, lzma.compress, id="xz"),
    pytest.param(LZMA, _alone, id="lzma"),
]
DATA = random.Random(1).randbytes(300_000) + b"word " * 100_000


@pytest.mark.parametrize(("codec", "compress"), CODECS)
def test_a_decoded_stream_reads_anywhere(codec: Codec, compress: object) -> None:
    assert callable(compress)
    packed = compress(DATA)
    for size in (None, len(DATA)):
        reader = Decoded(BytesReader(packed), codec, Budget(), size)
        assert reader.read_at(400_000, 10) == DATA[400_000:400_010]
        assert reader.read_at(5, 10) == DATA[5:15]
        assert reader.size == len(DATA)
        assert b"".join(chunks(reader)) == DATA
        assert reader.finish() == (len(DATA), len(packed))
        assert reader.failure is None
        assert reader.read_at(len(DATA), 5) == b""


@pytest.mark.parametrize(("codec", "compress"), CODECS)
def test_what_precedes_a_cut_is_read(codec: Codec, compress: object) -> None:
    assert callable(compress)
    packed = compress(DATA)[:-200]
    reader = Decoded(BytesReader(packed), codec, Budget())
    assert reader.size < len(DATA)
    assert b"".join(chunks(reader)) == DATA[: reader.size]
    assert reader.failure is not None
    assert "cut short" in reader.failure


@pytest.mark.parametrize(("codec", "compress"), [CODECS[1], CODECS[2]])
def test_at_most_a_byte_before_a_defect_is_lost(codec: Codec, compress: object) -> None:
    assert callable(compress)
    packed = bytearray(compress(DATA))
    packed[-3] ^= 255
    reader = Decoded(BytesReader(bytes(packed)), codec, Budget())
    assert reader.size >= len(DATA) - 1
    assert b"".join(chunks(reader)) == DATA[: reader.size]
    assert reader.failure is not None
    assert "broken" in reader.failure


@pytest.mark.parametrize(("codec", "compress"), [CODECS[2], CODECS[3], CODECS[4]])
def test_streams_may_follow_each_other(codec: Codec, compress: object) -> None:
    assert callable(compress)
    packed = compress(b"one") + compress(b"two")
    reader = Decoded(BytesReader(packed + b"rest"), codec, Budget())
    assert reader.read_at(0, 100) == b"onetwo"
    assert reader.finish() == (6, len(packed))
    broken = Decoded(BytesReader(compress(b"one") + codec.again + b"\xff" * 90), codec, Budget())
    assert broken.read_at(0, 100) == b"one"
    assert broken.failure


def test_a_declared_size_is_kept_and_its_lies_are_seen() -> None:
    packed = _deflate(b"0123456789")
    short = Decoded(BytesReader(packed), DEFLATE, Budget(), 4)
    assert short.size == 4
    assert short.read_at(0, 100) == b"0123"
    assert short.finish()[0] > 4
    long = Decoded(BytesReader(packed), DEFLATE, Budget(), 20)
    assert long.read_at(0, 100) == b"0123456789"
    with pytest.raises(Malformed, match="before its declared size"):
        long.read_at(10, 1)


def test_bombs_run_into_the_budget() -> None:
    packed = _deflate(bytes(40 << 20))
    with pytest.raises(BudgetExceeded, match="bytes"):
        Decoded(BytesReader(packed), DEFLATE, Budget(Limits(expanded=1 << 20))).finish()
    with pytest.raises(BudgetExceeded, match="times"):
        Decoded(BytesReader(packed), DEFLATE, Budget(Limits(ratio=100, ratio_floor=1 << 20))).finish()


def test_few_streams_hold_memory_at_a_time() -> None:
    budget = Budget()
    packed = _deflate(b"abc" * 1000)
    readers = [Decoded(BytesReader(packed), DEFLATE, budget, 3000) for _ in range(LIVE + 3)]
    for reader in readers:
        reader.read_at(0, 3000)
    spent = budget.expanded
    assert sum(reader._state is not None for reader in readers) == LIVE
    assert readers[0].read_at(3, 3) == b"abc"
    assert budget.expanded == spent + 3000
    readers[-1].read_at(0, 1)
    assert budget.expanded == spent + 3000


def test_streams_nest() -> None:
    budget = Budget()
    inner = gzip.compress(lzma.compress(bz2.compress(DATA)))
    reader = Decoded(Decoded(Decoded(BytesReader(inner), GZIP, budget), XZ, budget), BZIP2, budget)
    assert b"".join(chunks(reader)) == DATA


def test_a_full_disk_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = Decoded(BytesReader(_deflate(b"abc")), DEFLATE, Budget())

    def full(data: bytes) -> int:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(reader.open_state().spool, "write", full)
    with pytest.raises(BudgetExceeded, match="room on disk"):
        reader.read_at(0, 3)


@settings(max_examples=60)
@given(st.binary(max_size=200), st.sampled_from([DEFLATE, ZLIB, GZIP, BZIP2, XZ, LZMA]), st.integers(0, 40))
def test_any_bytes_decode_to_something_finite(data: bytes, codec: Codec, offset: int) -> None:
    reader = Decoded(BytesReader(data), codec, Budget(Limits(expanded=CHUNK)))
    try:
        size = reader.size
    except BudgetExceeded:
        return
    assert len(reader.read_at(offset, CHUNK)) == max(0, size - offset)
