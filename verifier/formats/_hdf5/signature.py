"""Where an HDF5 file begins (II.A)."""

from __future__ import annotations

from typing import Final

from verifier.records import Reader

SIGNATURE: Final = b"\x89HDF\r\n\x1a\n"


def find_signature(reader: Reader, most: int | None = None) -> int | None:
    """Where the superblock begins: at 0, 512, and every doubling of it, as the library looks for it.

    Args:
        reader: over the whole file.
        most: offset beyond which nothing is looked at; None is the end of the file.
    """
    offset = 0
    while offset + len(SIGNATURE) <= reader.size and (most is None or offset <= most):
        if reader.read_at(offset, len(SIGNATURE)) == SIGNATURE:
            return offset
        offset = offset * 2 or 512
    return None
