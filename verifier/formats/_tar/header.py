"""A block of a tar, and whether it is a header."""

from __future__ import annotations

BLOCK = 512


def is_header(block: bytes) -> bool:
    """Whether a block is a tar header by its checksum, summed unsigned or signed as old programs did."""
    if len(block) < BLOCK or not any(block[:BLOCK]):
        return False
    stated = number(block[148:156])
    rest = block[:148] + b" " * 8 + block[156:BLOCK]
    unsigned = sum(rest)
    return stated in (unsigned, unsigned - 256 * sum(byte > 127 for byte in rest))


def number(raw: bytes) -> int | None:
    """A number field: octal text, or base 256 where the first bit is set; None where it is neither."""
    if raw[:1] in (b"\x80", b"\xff"):
        value = int.from_bytes(raw[1:], "big")
        return value if raw[0] == 0x80 else None
    digits = raw.split(b"\0")[0].strip(b" ")
    try:
        return int(digits or b"0", 8) if digits.isdigit() or not digits else None
    except ValueError:
        return None
