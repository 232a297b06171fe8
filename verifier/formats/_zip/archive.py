"""A zip archive: directory, local headers and members."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.errors import Malformed
from verifier.formats._codecs import BZIP2 as BZIP2_CODEC
from verifier.formats._codecs import DEFLATE, Codec, zip_lzma
from verifier.formats._context import Budget
from verifier.formats._decoded import Decoded
from verifier.formats._readers import Window, chunks
from verifier.formats._zip.directory import Directory, find_directory
from verifier.formats._zip.entries import BZIP2, DEFLATED, LZMA, STORED, Entry, read_entries, widened
from verifier.formats._zip.lies import Lie, LieKind, directory_lies
from verifier.records import Reader, visible

_LOCAL = struct.Struct("<4s5H3L2H")
_SLACK = 160
"""Bytes of extra field read along with a local header; aligned archives pad up to 64 there."""

_DESCRIPTORS = {0: (0,), 8: (12, 16, 20, 24)}
"""Bytes a data descriptor may have where flag bit 3 is set: with or without signature, 32 or 64 bit (APPNOTE 4.3.9)."""


@dataclass(frozen=True, slots=True)
class Local:
    """A member's local header.

    Args:
        raw_name: the bytes of the name.
        flags, method, crc, compressed, size: as in Entry.
        data: offset of the member's content in the file.
    """

    raw_name: bytes
    flags: int
    method: int
    crc: int
    compressed: int
    size: int
    data: int


class Archive:
    """A zip over a Reader.

    Args:
        reader: over the whole file.

    Raises:
        Malformed: there is no end record, or the directory is broken.
        BudgetExceeded: the directory is too large.
    """

    def __init__(self, reader: Reader) -> None:
        directory = find_directory(reader)
        if directory is None:
            raise Malformed("no end record describes a directory that is there; the file may be cut short")
        self.directory: Directory = directory
        self.entries, left_over = read_entries(reader, directory)
        self.lies: tuple[Lie, ...] = tuple(directory_lies(directory, self.entries, left_over, reader.size))
        """What the directory alone shows; see `local_lies` and `content_lies` for the rest."""
        self._reader = reader
        self._locals: dict[int, Local] = {}

    def local(self, entry: Entry) -> Local:
        """The local header of an entry. One read of about 200 bytes, once.

        Raises:
            Malformed: there is none where the directory says.
        """
        if entry.index not in self._locals:
            self._locals[entry.index] = self._read_local(entry)
        return self._locals[entry.index]

    def _read_local(self, entry: Entry) -> Local:
        block = self._reader.read_at(entry.offset, _LOCAL.size + len(entry.raw_name) + _SLACK)
        if len(block) < _LOCAL.size or not block.startswith(b"PK\x03\x04"):
            raise Malformed(f"no local header stands where {visible(entry.name, 80)} is said to begin", entry.offset)
        _, _, flags, method, _, _, crc, compressed, size, name_length, extra_length = _LOCAL.unpack_from(block)
        data = _LOCAL.size + name_length + extra_length
        if len(block) < data:
            block = self._reader.read_at(entry.offset, data)
        raw_name = block[_LOCAL.size : _LOCAL.size + name_length]
        extra = block[_LOCAL.size + name_length : data]
        size, compressed, _, _ = widened(extra, (size, compressed, 0, 0), entry.offset)
        return Local(raw_name, flags, method, crc, compressed, size, entry.offset + data)

    def local_lies(self, entry: Entry) -> Iterator[Lie]:
        """Where an entry's local header disagrees with the directory."""
        try:
            local = self.local(entry)
        except Malformed as error:
            yield Lie(LieKind.LOCAL_HEADER, entry, entry.offset, error.message)
            return
        streamed = bool(local.flags & 8)
        pairs = (
            ("name", local.raw_name, entry.raw_name, False),
            ("method", local.method, entry.method, False),
            ("encryption flags", local.flags & 0x2061, entry.flags & 0x2061, False),
            ("checksum", local.crc, entry.crc, streamed),
            ("compressed size", local.compressed, entry.compressed, streamed),
            ("size", local.size, entry.size, streamed),
        )
        for what, here, there, may_be_zero in pairs:
            if here != there and not (may_be_zero and here == 0):
                seen = f"its {what} is {_shown(here)} in its local header and {_shown(there)} in the directory"
                yield Lie(LieKind.LOCAL_HEADER, entry, entry.offset, seen)

    def gaps(self) -> Iterator[Lie]:
        """Bytes between members that belong to nothing, and members that share bytes. Reads every local header.

        Members without a readable local header are left to `local_lies`.
        """
        ordered = sorted(self.entries, key=lambda entry: entry.offset)
        ends = [*(entry.offset for entry in ordered[1:]), self.directory.offset]
        for entry, end in zip(ordered, ends, strict=False):
            try:
                local = self.local(entry)
            except Malformed:
                continue
            begin = local.data + entry.compressed
            gap = end - begin
            if gap < 0:
                yield Lie(
                    LieKind.OVERLAP, entry, entry.offset, f"its bytes run over {end}, where something else begins"
                )
            elif gap not in _DESCRIPTORS[local.flags & 8]:
                yield Lie(LieKind.GAP, entry, begin, f"{gap} bytes behind it belong to nothing", gap)

    def codec(self, entry: Entry) -> Codec | None:
        """How an entry is compressed; None for stored ones and methods that cannot be decoded here (see `supports`)."""
        if entry.method == LZMA:
            return zip_lzma(None if entry.flags & 2 else entry.size)
        return {DEFLATED: DEFLATE, BZIP2: BZIP2_CODEC}.get(entry.method)

    def supports(self, entry: Entry) -> bool:
        """Whether an entry's content can be read: not encrypted, and stored or compressed by a known method."""
        return not entry.is_encrypted and entry.method in (STORED, DEFLATED, BZIP2, LZMA)

    def open(self, entry: Entry, budget: Budget) -> Reader:
        """The content of an entry, decompressed as it is read.

        Raises:
            Malformed: its local header is missing, or `supports` is False.
            BudgetExceeded: it is too late.
        """
        budget.spend_steps(1)
        if not self.supports(entry):
            how = "encrypted" if entry.is_encrypted else f"compressed by method {entry.method}"
            raise Malformed(f"{visible(entry.name, 80)} is {how}, which cannot be read here", entry.offset)
        packed = Window(self._reader, self.local(entry).data, entry.compressed)
        codec = self.codec(entry)
        return packed if codec is None else Decoded(packed, codec, budget, entry.size)

    def content_lies(self, entry: Entry, reader: Reader) -> Iterator[Lie]:
        """Reads the whole content, from a Reader `open` gave, and holds it against directory.

        Raises:
            BudgetExceeded, SourceError: as reading does.
        """
        crc = length = 0
        seen = None
        try:
            for piece in chunks(reader):
                crc, length = zlib.crc32(piece, crc), length + len(piece)
        except Malformed as error:
            seen = error.message
        if isinstance(reader, Decoded) and seen is None:
            produced, used = reader.finish()
            if (produced, used) != (entry.size, entry.compressed):
                seen = f"it decompresses {used} bytes to {produced}, not {entry.compressed} to {entry.size}"
            seen = reader.failure or seen
        if seen is None and (crc, length) != (entry.crc, entry.size):
            seen = f"its checksum is {crc:08x} over {length} bytes, not {entry.crc:08x} over {entry.size}"
        if seen is not None:
            yield Lie(LieKind.CONTENT, entry, entry.offset, seen)


def _shown(value: bytes | int) -> str:
    return visible(value.decode("latin-1"), 60) if isinstance(value, bytes) else str(value)
