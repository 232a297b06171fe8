"""Metadata values of a GGUF file that say what the model is: numbers and short texts."""

from __future__ import annotations

import math

from verifier.errors import Malformed
from verifier.formats._gguf.cursor import Cursor
from verifier.formats._gguf.types import CODES, SCALARS, STRING
from verifier.records import Value, visible

LONGEST = 1000
"""Bytes of a text that is told; longer ones, as programs for tokenizers, are passed over."""


def setting(cursor: Cursor, key: str, kind: int) -> list[tuple[str, Value, int]]:
    """Passes over a value that is no array; tells key, value and offset where it is a number or a short text.

    Raises:
        Malformed: there is no such type, or the file ends before.
    """
    place = cursor.position
    if kind == STRING:
        length = cursor.number("Q")
        if length > LONGEST:
            cursor.skip(length)
            return []
        return [(visible(key), visible(cursor.take(length).decode(errors="replace")), place)]
    size_of(cursor, kind)
    value = cursor.number(CODES[kind])
    return [(visible(key), value, place)] if math.isfinite(value) else []


def size_of(cursor: Cursor, kind: int) -> int:
    """Bytes of a value of a type.

    Raises:
        Malformed: there is no such type.
    """
    if kind not in SCALARS:
        raise Malformed(f"there is no type {kind} of values", cursor.position)
    return SCALARS[kind]
