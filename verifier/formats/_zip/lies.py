"""Where two readers of one zip could see different things."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from verifier.formats._names import unsafe_name
from verifier.formats._zip.directory import Directory
from verifier.formats._zip.entries import STORED, Entry, extra_fields
from verifier.records import visible


class LieKind(StrEnum):
    """What disagrees with what."""

    LOCAL_HEADER = "local-header"
    """The local header names another file, method, size, checksum or flag than the directory, or is none."""
    DUPLICATE = "duplicate"
    """A name stands twice."""
    CASE = "case"
    """Names differ only in case. Legal; torch's reader and some file systems take them for one."""
    OVERLAP = "overlap"
    """Two members, or a member and the directory, share bytes."""
    ENCRYPTED = "encrypted"
    """A member is encrypted."""
    FLAGS = "flags"
    """A member is flagged as a patch (bit 5)."""
    NAME = "name"
    """A name that leads out of the folder, or holds a NUL."""
    ENCODING = "encoding"
    """A name is not the UTF-8 it says it is, or a Unicode field gives another one."""
    BACKSLASH = "backslash"
    """A name holds a backslash: a separator for some programs."""
    SYMLINK = "symlink"
    """A member is a symbolic link."""
    SIZES = "sizes"
    """A stored member has two sizes, or a folder has content."""
    PREFIX = "prefix"
    """Bytes stand before the first member."""
    GAP = "gap"
    """Bytes between members, or between the last and the directory, belong to nothing."""
    TRAILING = "trailing"
    """Bytes follow the archive."""
    COUNT = "count"
    """The directory holds another number of entries than it says."""
    ENDS = "ends"
    """There is a second end record where a reader may find it first."""
    CONTENT = "content"
    """A member's content has another checksum or size than the directory says."""


@dataclass(frozen=True, slots=True)
class Lie:
    """One disagreement.

    Args:
        kind: what disagrees with what.
        entry: the member meant; None where it is the archive.
        offset: where in the file.
        message: what was seen, as the end of a sentence about the file or the member.
        length: bytes meant, from the offset; 0 where it is a place.
    """

    kind: LieKind
    entry: Entry | None
    offset: int
    message: str
    length: int = 0


def directory_lies(directory: Directory, entries: Sequence[Entry], left_over: int, size: int) -> Iterator[Lie]:
    """What the directory alone shows."""
    if left_over or len(entries) != directory.count:
        message = (
            f"the directory holds {len(entries)} entries and {left_over} other bytes, not {directory.count} entries"
        )
        yield Lie(LieKind.COUNT, None, directory.offset, message)
    for rival in directory.rivals:
        yield Lie(LieKind.ENDS, None, rival, "a second end record stands behind the directory")
    if directory.limit != size:
        message = f"the archive ends at {directory.limit}, the file at {size}"
        yield Lie(LieKind.TRAILING, None, min(directory.limit, size), message, max(0, size - directory.limit))
    first = min((entry.offset for entry in entries), default=directory.offset)
    if first > 0:
        yield Lie(LieKind.PREFIX, None, 0, f"{first} bytes stand before the first member", first)
    yield from _name_lies(entries)
    for entry in entries:
        yield from _entry_lies(entry)
    yield from _overlaps(directory, entries)


def _name_lies(entries: Sequence[Entry]) -> Iterator[Lie]:
    seen: dict[str, Entry] = {}
    for entry in entries:
        cut = entry.name.partition("\0")[0]
        other = seen.setdefault(cut.casefold(), entry)
        if other is entry or (entry.is_directory and other.is_directory):
            continue
        exact = other.name.partition("\0")[0] == cut
        kind, how = (LieKind.DUPLICATE, "twice") if exact else (LieKind.CASE, "in two spellings")
        yield Lie(kind, entry, entry.at, f"{visible(entry.name)} is in the archive {how}")


def _entry_lies(entry: Entry) -> Iterator[Lie]:
    unsafe = unsafe_name(entry.name)
    if unsafe:
        yield Lie(LieKind.NAME, entry, entry.at, unsafe)
    if "\\" in entry.name:
        yield Lie(LieKind.BACKSLASH, entry, entry.at, "its name holds a backslash")
    if entry.is_encrypted:
        yield Lie(LieKind.ENCRYPTED, entry, entry.at, "it is encrypted")
    if entry.flags & 0x20:
        yield Lie(LieKind.FLAGS, entry, entry.at, "it is flagged as a patch")
    if entry.is_symlink:
        yield Lie(LieKind.SYMLINK, entry, entry.at, "it is a symbolic link")
    if (entry.method == STORED and entry.size != entry.compressed) or (entry.name.endswith("/") and entry.size):
        message = f"it has {entry.size} bytes decompressed and {entry.compressed} compressed, which cannot be"
        yield Lie(LieKind.SIZES, entry, entry.at, message)
    if _other_name(entry):
        yield Lie(LieKind.ENCODING, entry, entry.at, "its name can be decoded in two ways")


def _other_name(entry: Entry) -> bool:
    """Whether the name is not the UTF-8 it says, or an Info-ZIP Unicode field (0x7075) that readers heed differs."""
    if any("\ud800" <= char <= "\udfff" for char in entry.name):
        return True
    for kind, data in extra_fields(entry.extra):
        if kind == 0x7075 and data[:1] == b"\x01" and data[1:5] == zlib.crc32(entry.raw_name).to_bytes(4, "little"):
            return data[5:].decode("utf-8", "surrogateescape") != entry.name and entry.raw_name.isascii()
    return False


def _overlaps(directory: Directory, entries: Sequence[Entry]) -> Iterator[Lie]:
    """Members that share bytes even if their local headers were as short as can be."""
    ordered = sorted(entries, key=lambda entry: entry.offset)
    ends = [*(entry.offset for entry in ordered[1:]), directory.offset]
    for entry, end in zip(ordered, ends, strict=False):
        if entry.offset + 30 + len(entry.raw_name) + entry.compressed > end:
            yield Lie(LieKind.OVERLAP, entry, entry.offset, f"its bytes run over {end}, where something else begins")
