"""Whether bytes begin as a checkpoint of Flax does."""

from __future__ import annotations

from verifier.errors import Malformed
from verifier.formats._msgpack import ARRAYS
from verifier.formats._msgpack.arrays import read_array
from verifier.formats._msgpack.walk import Kind, Value, walk
from verifier.formats._readers import BytesReader
from verifier.records import Reader


def holds_array(head: bytes) -> bool:
    """Whether an array of Flax stands in the first bytes of a document, if only in part."""
    reader = BytesReader(head)
    try:
        return any(_is_array(reader, value) for value in walk(reader, 0))
    except Malformed as error:
        at = error.offset or 0
        return at < len(head) and _is_cut_array(reader, at)


def _is_array(reader: Reader, value: Value) -> bool:
    if value.kind is not Kind.EXTENSION or value.code not in ARRAYS:
        return False
    try:
        read_array(reader, value)
    except Malformed:
        return False
    return True


def _is_cut_array(reader: Reader, at: int) -> bool:
    """An extension longer than what recognition sees, in which a list of three begins with a list."""
    head = reader.read_at(at, 8)
    body = {0xC7: 3, 0xC8: 4, 0xC9: 6}.get(head[0])
    return body is not None and head[body - 1 : body] in (b"\1", b"\3") and head[body : body + 1] == b"\x93"
