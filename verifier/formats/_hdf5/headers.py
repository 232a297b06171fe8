"""Object headers (IV.A): the messages that say what an object is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from verifier.errors import Malformed
from verifier.formats._hdf5.file import Cursor, File

_MOST_MESSAGES: Final = 1 << 16
"""Messages of one object: the count has two bytes in version 1."""


class Kind(IntEnum):
    """Types of messages that are told apart."""

    DATASPACE = 0x01
    LINK_INFO = 0x02
    DATATYPE = 0x03
    LINK = 0x06
    EXTERNAL_FILES = 0x07
    LAYOUT = 0x08
    FILTERS = 0x0B
    ATTRIBUTE = 0x0C
    CONTINUATION = 0x10
    SYMBOL_TABLE = 0x11
    ATTRIBUTE_INFO = 0x15


IGNORED: Final = frozenset({0x00, 0x04, 0x05, 0x0A, 0x0D, 0x0E, 0x12, 0x13, 0x16})
"""Messages without effect on what is read: padding, fill values, group info, comments, times, B-tree sizes, counts."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message of an object header.

    Args:
        kind: its type (IV.A.2).
        shared: its body stands elsewhere.
        body: its fields.
    """

    kind: int
    shared: bool
    body: Cursor


@dataclass(slots=True)
class Header:
    """An object header.

    Args:
        messages: its messages, those in continuation blocks too.
        lie: what about it no library writes; empty where there is nothing.
    """

    messages: list[Message] = field(default_factory=list)
    lie: str = ""


def header(file: File, address: int) -> Header:
    """The header of the object at an address.

    Raises:
        Malformed: there is no object header, or its blocks run in a circle.
        BudgetExceeded: too much was read.
    """
    return _second(file, address) if file.block(address, 4).data == b"OHDR" else _first(file, address)


def _first(file: File, address: int) -> Header:
    prefix = file.block(address, 16)
    version, _, count, _, size = (prefix.number(width) for width in (1, 1, 2, 4, 4))
    if version != 1:
        raise Malformed(f"an object header of version {version} is expected", prefix.offset)
    found = Header()
    blocks = [(address + 16, size)]
    for at, length in blocks:
        block = file.block(at, length)
        while block.left >= 8:
            kind, size, flags, _ = (block.number(width) for width in (2, 2, 1, 3))
            if len(found.messages) == _MOST_MESSAGES:
                raise Malformed("an object header has more messages than there can be", prefix.offset)
            found.messages.append(Message(kind, bool(flags & 2), block.part(size)))
            _continue(found.messages[-1], blocks)
    if len(found.messages) != count:
        found.lie = f"an object header has {len(found.messages)} messages, and says that it has {count}"
    return found


def _second(file: File, address: int) -> Header:
    prefix = file.block(address, 6)
    prefix.take(4)
    version, flags = prefix.number(1), prefix.number(1)
    if version != 2:
        raise Malformed(f"an object header of version {version} is expected", prefix.offset)
    extra = (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
    width = 1 << (flags & 3)
    rest = file.block(address + 6, extra + width)
    rest.take(extra)
    found = Header()
    blocks = [(address + 6 + extra + width, rest.number(width))]
    for index, (at, length) in enumerate(blocks):
        for message in _chunk(file, (at, length), flags, is_first=index == 0):
            if len(found.messages) == _MOST_MESSAGES:
                raise Malformed("an object header has more messages than there can be", prefix.offset)
            found.messages.append(message)
            _continue(message, blocks)
    return found


def _chunk(file: File, place: tuple[int, int], flags: int, *, is_first: bool) -> Iterator[Message]:
    """The messages of a block, behind which four bytes of checksum stand; the size leaves them out in the first."""
    at, length = place
    block = file.block(at, length + (4 if is_first else 0))
    if not is_first and block.take(4) != b"OCHK":
        raise Malformed("no continuation of an object header stands where one is named", block.offset)
    least = 6 if flags & 4 else 4
    while block.left - 4 >= least:
        kind, size, own = (block.number(width) for width in (1, 2, 1))
        block.take(least - 4)
        yield Message(kind, bool(own & 2), block.part(size))


def _continue(message: Message, blocks: list[tuple[int, int]]) -> None:
    """Adds the block a continuation message names.

    Raises:
        Malformed: it has been named before.
    """
    if message.kind != Kind.CONTINUATION:
        return
    address, length = message.body.address(), message.body.length()
    if address is None or address in [at for at, _ in blocks]:
        raise Malformed("an object header goes on where it has been", message.body.offset)
    blocks.append((address, length))
