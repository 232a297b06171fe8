"""MessagePack, walked value by value without building anything (github.com/msgpack/msgpack/blob/master/spec.md)."""

from typing import Final

MALFORMED: Final = "msgpack-malformed"
ARRAY: Final = "msgpack-inconsistent-array"
EXTENSION: Final = "msgpack-unknown-extension"
PICKLE: Final = "msgpack-embedded-pickle"
TRAILING: Final = "msgpack-trailing-bytes"

ARRAYS: Final = (1, 3)
"""Types of the extensions that Flax writes arrays and scalars as."""


def is_container(first: bytes) -> bool:
    """Whether a document that begins with that byte is a map or a list."""
    return b"\x80" <= first <= b"\x9f" or b"\xdc" <= first <= b"\xdf"
