"""Readers over other Readers: slices, and plain bytes."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats._context import Member
from verifier.records import Artifact, Reader

CHUNK = 256 << 10
"""Bytes read at once by whoever reads a whole artifact."""


class BytesReader:
    """A Reader over bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """Bytes in all."""
        return len(self._data)

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes of that range, as far as there are any."""
        return self._data[offset : offset + length]


class Window:
    """A Reader over `size` bytes of another, from `offset`; cut short where the other ends."""

    def __init__(self, reader: Reader, offset: int, size: int) -> None:
        self._reader = reader
        self.offset = min(offset, reader.size)
        self._size = max(0, min(size, reader.size - self.offset))

    @property
    def size(self) -> int:
        """Bytes in the slice."""
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes of that range of the slice, as far as there are any."""
        length = min(length, self._size - offset)
        return self._reader.read_at(self.offset + offset, length) if length > 0 else b""


def rest(artifact: Artifact, reader: Reader, start: int) -> Member:
    """The bytes from `start` to the end, to be recognized by themselves."""
    size = reader.size - start
    return Member(artifact.member(f"bytes from {start}", size), Window(reader, start, size))


def chunks(reader: Reader, offset: int = 0, length: int | None = None, step: int = CHUNK) -> Iterator[bytes]:
    """The bytes from `offset`, `length` of them or all, in pieces of at most `step`."""
    end = reader.size if length is None else min(reader.size, offset + length)
    while offset < end:
        piece = reader.read_at(offset, min(step, end - offset))
        if not piece:
            return
        yield piece
        offset += len(piece)
