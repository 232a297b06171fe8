"""Pieces of pickle streams, written opcode by opcode so that nothing has to be importable; payloads are inert."""

from __future__ import annotations

Operand = str | int | bool | bytes | tuple["Operand", ...] | list["Operand"] | None
"""What `value` can write; bytes are opcodes already."""


def value(item: Operand) -> bytes:
    """The opcodes that push a plain value; bytes are taken for opcodes."""
    if isinstance(item, bytes):
        return item
    if item is None or isinstance(item, bool):
        return {None: b"N", True: b"\x88", False: b"\x89"}[item]
    if isinstance(item, int):
        return _integer(item)
    if isinstance(item, str):
        return text(item)
    opening, closing = (b"(", b"t") if isinstance(item, tuple) else (b"](", b"e")
    return opening + b"".join(map(value, item)) + closing


def _integer(number: int) -> bytes:
    if 0 <= number < 1 << 8:
        return b"K" + bytes([number])
    if -(1 << 31) <= number < 1 << 31:
        return b"J" + number.to_bytes(4, "little", signed=True)
    raw = number.to_bytes(number.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw


def text(content: str) -> bytes:
    """BINUNICODE."""
    raw = content.encode()
    return b"X" + len(raw).to_bytes(4, "little") + raw


def name(module: str, qualname: str) -> bytes:
    """GLOBAL."""
    return f"c{module}\n{qualname}\n".encode()


def call(module: str, qualname: str, *arguments: Operand) -> bytes:
    """GLOBAL, arguments, REDUCE."""
    return name(module, qualname) + value(arguments) + b"R"


def mapping(items: dict[str, bytes]) -> bytes:
    """A dict of text to whatever the opcodes push."""
    return b"}(" + b"".join(text(key) + item for key, item in items.items()) + b"u" if items else b"}"


def pickled(body: bytes, protocol: int = 2) -> bytes:
    """A whole stream."""
    return b"\x80" + bytes([protocol]) + body + b"."
