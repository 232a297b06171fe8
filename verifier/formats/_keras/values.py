"""Values in a configuration that are bytecode of Python, or bytes as text."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from verifier.formats._json import Json

_SHORTEST_CODE: Final = 24
"""Bytes a marshaled code object has at least."""


def is_function(value: list[Json]) -> bool:
    """Bytecode, defaults and closure: a function as Keras before 3 wrote it."""
    rest = all(item is None or isinstance(item, list | dict) for item in value[1:])
    return len(value) == 3 and rest and is_marshaled(value[0])


def is_marshaled(value: Json) -> bool:
    """Text of a code object: marshal's type `c`, with or without the reference bit, and small numbers in four bytes.

    Read as Keras reads it: as base64, and where it is none, as the characters themselves (`func_load`).
    """
    if not isinstance(value, str):
        return False
    try:
        content = base64.b64decode(value.encode("ascii"))
    except (UnicodeEncodeError, binascii.Error):
        content = value.encode("raw_unicode_escape", "surrogatepass")
    return len(content) >= _SHORTEST_CODE and content[0] & 0x7F == ord("c") and bytes(3) in content


def decoded(text: str) -> bytes:
    """What base64 text holds, read as leniently as Python reads it; nothing where it cannot be decoded."""
    try:
        return base64.b64decode(text.encode("utf-8", "surrogatepass"))
    except binascii.Error:
        return b""
