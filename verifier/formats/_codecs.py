"""Decoders of compressed streams from the standard library, LZ4, and older Pythons' Zstandard, behind one interface."""

from __future__ import annotations

import bz2
import importlib
import lzma
import zlib
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Protocol

from verifier.formats._lz4 import Lz4Decoder

MEMORY = 256 << 20
"""Bytes of memory an LZMA decoder may take; `xz -9` needs 65 MiB."""


class Decoder(Protocol):
    """As `bz2.BZ2Decompressor`: decodes one stream, at most `max_length` bytes a call."""

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was decoded."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes out without more going in."""

    @property
    def unused_data(self) -> bytes:
        """What was fed behind the end of the stream."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Decodes.

        Raises:
            one of BROKEN: the stream is not of this codec, or broken.
        """


@dataclass(frozen=True, slots=True)
class Codec:
    """A way to compress.

    Args:
        name: for messages.
        start: makes a decoder for one stream.
        again: magic bytes by which another stream of the same file begins; empty where only one stream is allowed.
    """

    name: str
    start: Callable[[], Decoder]
    again: bytes = b""


class _Zlib:
    """zlib's decompressor with the interface of the others."""

    def __init__(self, window_bits: int) -> None:
        self._inner = zlib.decompressobj(window_bits)
        self._drained = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return self._drained and not self._inner.unconsumed_tail

    def decompress(self, data: bytes, max_length: int) -> bytes:
        out = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self._drained = len(out) < max_length
        return out


class _ZipLzma:
    """The LZMA of zip files (APPNOTE 5.8.8): a version, the length of the properties, five properties, raw LZMA.

    It is read as an `.lzma` file, whose header is those properties and the decoded size.
    """

    def __init__(self, size: int | None) -> None:
        self._inner = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY)
        self._size = (1 << 64) - 1 if size is None else size
        self._head = b""
        self._started = False

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def needs_input(self) -> bool:
        return not self._started or self._inner.needs_input

    def decompress(self, data: bytes, max_length: int) -> bytes:
        if self._started:
            return self._inner.decompress(data, max_length)
        self._head += data
        if len(self._head) < 9:
            return b""
        if self._head[2:4] != b"\x05\x00":
            raise lzma.LZMAError("its properties are not five bytes")
        self._started = True
        return self._inner.decompress(self._head[4:9] + self._size.to_bytes(8, "little") + self._head[9:], max_length)


class _Latin1:
    """Text in UTF-8 whose code points are the bytes meant, as pickles below protocol 3 write them.

    Args:
        length: bytes of UTF-8.
    """

    def __init__(self, length: int) -> None:
        self._left = length
        self._inner = getincrementaldecoder("utf-8")()
        self._made = b""
        self.unused_data = b""

    @property
    def eof(self) -> bool:
        return not self._left and not self._made

    @property
    def needs_input(self) -> bool:
        return not self._made and self._left > 0

    def decompress(self, data: bytes, max_length: int) -> bytes:
        self._left -= len(data)
        self._made += self._inner.decode(data, final=not self._left).encode("latin-1")
        out, self._made = self._made[:max_length], self._made[max_length:]
        return out


def _import_zstd() -> ModuleType | None:
    """The standard library's module (PEP 784), or the same one for older versions, where it is installed."""
    for name in ("compression.zstd", "backports.zstd"):
        with suppress(ImportError):
            return importlib.import_module(name)
    return None


_zstd = _import_zstd()

BROKEN: tuple[type[Exception], ...] = (
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    ValueError,
    *([_zstd.ZstdError] if _zstd else []),
)
"""What decoders raise on a broken stream (bz2 raises OSError, EOFError and ValueError)."""

DEFLATE = Codec("deflate", partial(_Zlib, -zlib.MAX_WBITS))
ZLIB = Codec("zlib", partial(_Zlib, zlib.MAX_WBITS))
GZIP = Codec("gzip", partial(_Zlib, 16 + zlib.MAX_WBITS), b"\x1f\x8b")
BZIP2 = Codec("bzip2", bz2.BZ2Decompressor, b"BZh")
XZ = Codec("xz", partial(lzma.LZMADecompressor, lzma.FORMAT_XZ, memlimit=MEMORY), b"\xfd7zXZ\0")
ZSTANDARD = Codec("zstandard", _zstd.ZstdDecompressor, b"\x28\xb5\x2f\xfd") if _zstd else None
"""None below Python 3.14 without the extra `zstd`."""
LZ4 = Codec("lz4", Lz4Decoder, b"\x04\x22\x4d\x18")
LZMA = Codec("lzma", partial(lzma.LZMADecompressor, lzma.FORMAT_ALONE, memlimit=MEMORY))


def latin_1(length: int) -> Codec:
    """Text of that many bytes in UTF-8 whose code points are the bytes meant."""
    return Codec("latin-1", partial(_Latin1, length))


def zip_lzma(size: int | None) -> Codec:
    """LZMA as a zip member; the decoded size where no end mark follows, None where one does."""
    return Codec("lzma", partial(_ZipLzma, size))
