"""The list of storage keys in a legacy torch file, in order.

A walked stream keeps the first elements of a long list only; this reads the texts of a stream that was walked already.
"""

from __future__ import annotations

from verifier.errors import BudgetExceeded
from verifier.formats._pickle.events import Summary
from verifier.formats._pickle.values import List
from verifier.records import Reader

_MOST_BYTES = 64 << 20
"""Bytes of such a stream that are read; a key takes about 25, and models have fewer than a million storages."""

_WIDTHS = {
    b"\x80": 2,  # PROTO
    b"\x95": 9,  # FRAME
    b"]": 1,  # EMPTY_LIST
    b"q": 2,  # BINPUT
    b"r": 5,  # LONG_BINPUT
    b"\x94": 1,  # MEMOIZE
    b"(": 1,  # MARK
    b"a": 1,  # APPEND
    b"e": 1,  # APPENDS
    b".": 1,  # STOP
}
"""Opcodes in such a stream beside texts, with the bytes they take."""

_LENGTHS = {b"X": 4, b"\x8c": 1, b"T": 4, b"U": 1}
"""BINUNICODE, SHORT_BINUNICODE, BINSTRING and SHORT_BINSTRING, with the bytes of their length."""


def listed_texts(reader: Reader, summary: Summary) -> list[str] | None:
    """The elements of a list of texts, which is all that a stream holds; None where it holds anything else.

    Args:
        reader: over the artifact.
        summary: of the walk over the stream.

    Raises:
        BudgetExceeded: it is too long.
    """
    value = summary.value
    if not summary.complete or not isinstance(value, List) or not _is_texts(value):
        return None
    length = summary.end - summary.start
    if length > _MOST_BYTES:
        raise BudgetExceeded(f"the list of storage keys has {length} bytes, more than {_MOST_BYTES}")
    texts = _texts(reader.read_at(summary.start, length))
    return texts if texts is not None and len(texts) == value.size else None


def _is_texts(value: List) -> bool:
    return value.dropped <= {"str"} and all(isinstance(item, str) for item in value.items)


def _texts(data: bytes) -> list[str] | None:
    """The texts among the opcodes of one flat list; None where there are other opcodes."""
    texts: list[str] = []
    at = 0
    while at < len(data):
        code = data[at : at + 1]
        if code in _WIDTHS:
            at += _WIDTHS[code]
        elif code in _LENGTHS:
            start = at + 1 + _LENGTHS[code]
            at = start + int.from_bytes(data[at + 1 : start], "little")
            texts.append(data[start:at].decode("utf-8", "replace"))
        else:
            return None
    return texts
