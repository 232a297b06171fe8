"""MessagePack documents as Flax writes them, byte by byte."""

from __future__ import annotations

import struct


def text(value: str) -> bytes:
    """Text of fewer than 32 bytes."""
    return bytes([0xA0 | len(value)]) + value.encode()


def raw(value: bytes) -> bytes:
    """Bytes."""
    return b"\xc6" + struct.pack(">I", len(value)) + value


def number(value: int) -> bytes:
    """An unsigned integer."""
    return bytes([value]) if value < 0x80 else b"\xce" + struct.pack(">I", value)


def listing(*values: bytes) -> bytes:
    """A list of values that are packed already."""
    return b"\xdc" + struct.pack(">H", len(values)) + b"".join(values)


def mapping(**values: bytes) -> bytes:
    """A map of names to values that are packed already."""
    return b"\xde" + struct.pack(">H", len(values)) + b"".join(text(key) + value for key, value in values.items())


def extension(code: int, content: bytes) -> bytes:
    """An extension."""
    return b"\xc9" + struct.pack(">Ib", len(content), code) + content


def array(items: bytes, *shape: int, dtype: str = "float32", code: int = 1) -> bytes:
    """An array of Flax."""
    sizes = bytes([0x90 | len(shape)]) + b"".join(number(size) for size in shape)
    return extension(code, b"\x93" + sizes + text(dtype) + raw(items))
