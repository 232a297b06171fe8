"""Every decoder keeps to the interface of `bz2.BZ2Decompressor`."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import zipfile
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.formats._codecs import BROKEN, BZIP2, DEFLATE, GZIP, LZMA, XZ, ZLIB, Codec, zip_lzma

DATA = b"text " * 4000 + random.Random(2).randbytes(2000)


def _deflate(data: bytes) -> bytes:
    return zlib.compress(data, wbits=-15)


def _alone(data: bytes) -> bytes:
    return lzma.compress(data, lzma.FORMAT_ALONE)


def _in_zip(data: bytes) -> bytes:
    """As Python's zipfile writes it: with an end mark."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a", data)
        info = archive.getinfo("a")
    return out.getvalue()[31 : 31 + info.compress_size]


CODECS = {
    "bzip2": (BZIP2, bz2.compress),
    "deflate": (DEFLATE, _deflate),
    "gzip": (GZIP, gzip.compress),
    "lzma": (LZMA, _alone),
    "xz": (XZ, lzma.compress),
    "zip lzma": (zip_lzma(None), _in_zip),
    "zlib": (ZLIB, zlib.compress),
}
every_codec = pytest.mark.parametrize(("codec", "compress"), CODECS.values(), ids=CODECS)


@every_codec
@pytest.mark.parametrize(("feed", "step"), [(1, 7), (50, 100), (1 << 20, 1 << 20), (1 << 20, 1)])
def test_any_pace_gives_the_same_bytes(codec: Codec, compress: Callable[[bytes], bytes], feed: int, step: int) -> None:
    content = DATA[-3000:]
    packed = compress(content) + b"behind"
    decoder = codec.start()
    out = b""
    at = 0
    while not decoder.eof:
        data = packed[at : at + feed] if decoder.needs_input else b""
        at += len(data)
        piece = decoder.decompress(data, step)
        assert len(piece) <= step
        out += piece
    assert out == content
    assert decoder.unused_data == packed[at - len(decoder.unused_data) : at]
    assert b"behind".startswith(decoder.unused_data)


@every_codec
@given(data=st.binary(max_size=60))
def test_whatever_is_no_stream_is_broken_or_never_ends(
    codec: Codec, compress: Callable[[bytes], bytes], data: bytes
) -> None:
    decoder = codec.start()
    try:
        decoder.decompress(b"\xff\xff\xff" + data, 1000)
    except BROKEN:
        return
    assert not decoder.eof or codec is DEFLATE


def test_lzma_in_a_zip_may_end_by_its_size() -> None:
    whole = _alone(DATA)
    stated = zip_lzma(len(DATA)).start()
    assert stated.needs_input
    assert stated.decompress(b"\x09\x14\x05", 10) == b""
    assert stated.needs_input
    assert stated.decompress(b"\x00" + whole[:5] + whole[13:], len(DATA)) == DATA
    assert not stated.unused_data


def test_lzma_in_a_zip_has_five_properties() -> None:
    with pytest.raises(lzma.LZMAError, match="five"):
        zip_lzma(None).start().decompress(b"\x09\x14\x06\x00" + bytes(9), 10)


def test_only_formats_that_may_go_on_say_how() -> None:
    assert {codec.name for codec, _ in CODECS.values() if codec.again} == {"bzip2", "gzip", "xz"}
    assert gzip.compress(b"").startswith(GZIP.again)
    assert bz2.compress(b"").startswith(BZIP2.again)
    assert lzma.compress(b"").startswith(XZ.again)
