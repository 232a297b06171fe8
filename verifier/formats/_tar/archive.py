"""Walks a tar from header to header."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from verifier.errors import Malformed
from verifier.formats._names import unsafe_name
from verifier.formats._readers import chunks
from verifier.formats._tar.header import BLOCK, is_header, number
from verifier.records import Reader, visible

_MAX_LONG = 1 << 20
"""Bytes of a GNU long name or of pax records read; paths end at 4 KiB on most systems."""

_HEEDED = (b"path", b"linkpath", b"size")
_SPARSE = "GNU.sparse."
"""Beginning of the pax records of a sparse file."""

_FILES = b"0\x007"
_FOLDER = b"5"
_LINKS = {b"1": "a hard link", b"2": "a symbolic link"}
_DEVICES = {b"3": "a character device", b"4": "a block device", b"6": "a pipe"}


class FlawKind(StrEnum):
    """What is wrong."""

    NAME = "name"
    """A name leads out of the folder, or holds a NUL."""
    LINK = "link"
    """A link leads out of the folder, or a member is written through a link."""
    DEVICE = "device"
    """A member is a device or a pipe."""
    DUPLICATE = "duplicate"
    """A name stands twice."""
    UNREAD = "unread"
    """A member is of a type that is not read here: sparse, multi-volume, unknown."""
    TRAILING = "trailing"
    """Bytes follow the end mark."""
    BROKEN = "broken"
    """A header or a member is cut short or malformed; readers stop here or guess."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One member.

    Args:
        name: as pax, GNU or the header itself gives it; bytes that are not UTF-8 become surrogates.
        offset: of its content in the file.
        size: bytes of content.
        kind: the type byte of its header.
        target: what a link points at; empty for others.
    """

    name: str
    offset: int
    size: int
    kind: bytes
    target: str

    @property
    def is_file(self) -> bool:
        """A regular file. As in Python, an old-style member is a folder when its name ends in a slash."""
        return self.kind in (b"0", b"7") or (self.kind == b"\0" and not self.name.endswith("/"))


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong.

    Args:
        kind: what.
        entry: the member meant; None where it is the archive.
        offset: where in the file.
        message: what was seen, as the end of a sentence about the member or the file.
    """

    kind: FlawKind
    entry: Entry | None
    offset: int
    message: str


@dataclass(slots=True)
class _Seen:
    """What a walk remembers."""

    shared: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    links: set[str] = field(default_factory=set)
    lengths: set[int] = field(default_factory=set)

    def add_link(self, name: str) -> None:
        self.links.add(name)
        self.lengths.add(len(name))

    def leads_through_link(self, name: str) -> bool:
        """Whether the name, or a folder it lies in, is a link that stands before it."""
        return name in self.links or any(
            name[length : length + 1] == "/" and name[:length] in self.links for length in self.lengths
        )


def entries(reader: Reader) -> Iterator[Entry | Flaw]:
    """Every member, and every flaw behind or before the member it is about.

    Reads one block a header, the records of extended headers, and what follows the end mark.

    Raises:
        BudgetExceeded, SourceError: as reading does.
    """
    seen = _Seen()
    offset = 0
    while True:
        block = reader.read_at(offset, BLOCK)
        if len(block) < BLOCK:
            yield Flaw(FlawKind.BROKEN, None, offset, "it ends without an end mark")
            return
        if not any(block):
            yield from _behind(reader, offset)
            return
        try:
            entry = _entry(reader, offset, block, seen.shared)
        except Malformed as error:
            yield Flaw(FlawKind.BROKEN, None, offset if error.offset is None else error.offset, error.message)
            return
        yield from _flaws(entry, seen)
        yield entry
        if entry.offset + entry.size > reader.size:
            yield Flaw(FlawKind.BROKEN, entry, entry.offset, "its content is cut short")
            return
        offset = entry.offset + _padded(entry.size)


def _behind(reader: Reader, offset: int) -> Iterator[Flaw]:
    """What follows the first empty block, where Python stops; GNU tar wants a second one, and padding is zeros."""
    place = offset
    for piece in chunks(reader, offset):
        if any(piece):
            yield Flaw(FlawKind.TRAILING, None, place, "bytes follow the end mark")
            return
        place += len(piece)


def _entry(reader: Reader, offset: int, block: bytes, shared: dict[str, str]) -> Entry:
    """The member whose headers begin at `offset`.

    Raises:
        Malformed: a header is.
    """
    own: dict[str, str] = {}
    while True:
        if len(block) < BLOCK or not is_header(block):
            raise Malformed("no tar header stands where one should", offset)
        kind, size = block[156:157], number(block[124:136])
        if size is None:
            raise Malformed("the size in a header is not a number", offset)
        if kind not in (b"x", b"g", b"X", b"L", b"K"):
            return _finished(offset, block, size, {**shared, **own})
        data = reader.read_at(offset + BLOCK, size) if size <= _MAX_LONG else b""
        if len(data) < size:
            raise Malformed(f"an extended header of {size} bytes is too long or cut short", offset)
        if kind in (b"L", b"K"):
            own["path" if kind == b"L" else "linkpath"] = _text(data.rstrip(b"\0"))
        else:
            (shared if kind == b"g" else own).update(_pax(data, offset))
        offset += BLOCK + _padded(size)
        block = reader.read_at(offset, BLOCK)


def _finished(offset: int, block: bytes, size: int, records: dict[str, str]) -> Entry:
    kind = block[156:157]
    if _SPARSE in records:
        kind = b"S"
    if "size" in records:
        if not (records["size"].isascii() and records["size"].isdigit()):
            raise Malformed("the size in a pax record is not a number", offset)
        size = int(records["size"][:20])
    name, prefix = _cut(block[:100]), _cut(block[345:500])
    name = records.get("path", f"{prefix}/{name}" if prefix else name)
    target = records.get("linkpath", _cut(block[157:257])) if kind in _LINKS else ""
    has_content = kind in _FILES or kind not in (*_LINKS, *_DEVICES, _FOLDER)
    return Entry(name, offset + BLOCK, size if has_content else 0, kind, target)


def _flaws(entry: Entry, seen: _Seen) -> Iterator[Flaw]:
    at = entry.offset - BLOCK
    name = "/".join(part for part in entry.name.split("/") if part not in ("", "."))
    unsafe = unsafe_name(entry.name)
    if unsafe:
        yield Flaw(FlawKind.NAME, entry, at, unsafe)
    if name in seen.names and entry.kind != _FOLDER:
        yield Flaw(FlawKind.DUPLICATE, entry, at, f"{visible(name)} is in the archive twice")
    seen.names.add(name)
    if seen.leads_through_link(name):
        yield Flaw(FlawKind.LINK, entry, at, "it is written through a link in the same archive")
    if entry.kind in _LINKS:
        seen.add_link(name)
        if unsafe_name(entry.target):
            yield Flaw(FlawKind.LINK, entry, at, f"it is {_LINKS[entry.kind]} to {visible(entry.target)}")
    elif entry.kind in _DEVICES:
        yield Flaw(FlawKind.DEVICE, entry, at, f"it is {_DEVICES[entry.kind]}")
    elif entry.kind not in (b"0", b"\0", b"7", _FOLDER):
        what = "sparse" if entry.kind == b"S" else f"of type {visible(entry.kind.decode('latin-1'))}"
        yield Flaw(FlawKind.UNREAD, entry, at, f"it is {what}, which is not read here")


def _pax(data: bytes, offset: int) -> dict[str, str]:
    """The pax records that say where a member is: decimal length, space, key, equals sign, value, newline.

    The length counts all of it. Records of one kind of sparse file are kept as one.
    """
    records: dict[str, str] = {}
    at = 0
    while at < len(data) and data[at]:
        digits = data[at : data.find(b" ", at)]
        length = int(digits) if digits.isdigit() and len(digits) < 8 else 0
        record = data[at : at + length]
        key, equals, value = record[len(digits) + 1 :].partition(b"=")
        if not record.endswith(b"\n") or len(record) != length or not equals:
            raise Malformed("a pax record is malformed", offset)
        if key in _HEEDED or key.startswith(_SPARSE.encode()):
            records[_text(key) if key in _HEEDED else _SPARSE] = _text(value[:-1])
        at += length
    return records


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def _cut(raw: bytes) -> str:
    return _text(raw.partition(b"\0")[0])


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
