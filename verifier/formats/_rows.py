"""Which rows of an embedding no training has moved since its numbers had the precision of half floats.

Trainers load weights in half precision, move them in single precision, and save them so: a row that was moved uses bits
that half floats do not have, one that never was does not.
"""

from __future__ import annotations

from verifier.formats._readers import chunks
from verifier.records import Reader, Value

POSITIONS = ("position_embeddings.weight", "embed_positions.weight", "wpe.weight")
TOKENS = ("word_embeddings.weight", "embed_tokens.weight", "wte.weight", "shared.weight")
"""How names of tables end in transformers, whose rows are trained where their position or token occurs."""

MAX_BYTES = 256 << 20
"""Bytes of a table that are read: more than those of XLM-RoBERTa would take longer than the digest."""

MAX_WIDTH = 64 << 10
"""Numbers of a row, so that a row is read at once; the widest models have some 20,000."""

_BELOW_HALF = (1 << 13) - 1
"""Bits of a float's 23-bit fraction that a half float, with 10, has not (IEEE 754, binary16 and binary32)."""


def unmoved_rows(reader: Reader, offset: int, rows: int, width: int) -> Value:
    """How many rows of a table of single floats have the precision of halves, and behind which row all of them do.

    Args:
        reader: over the file.
        offset: of the table in it.
        rows: the table has.
        width: numbers of a row, at least 1.

    Returns:
        (rows, unmoved, reached): rows from `reached` on are unmoved, and the one before, if any, is not.
    """
    size = 4 * width
    mask = int.from_bytes(_BELOW_HALF.to_bytes(4, "little") * width, "little")
    unmoved = reached = number = 0
    for piece in chunks(reader, offset, rows * size, max(1, (256 << 10) // size) * size):
        for start in range(0, len(piece), size):
            number += 1
            if piece[start] or int.from_bytes(piece[start : start + size], "little") & mask:
                reached = number
            else:
                unmoved += 1
    return rows, unmoved, reached


def is_told(name: str, dtype: str, shape: tuple[int, ...]) -> bool:
    """Whether a tensor is a table that is looked at, and of bounded size."""
    return (
        name.endswith(POSITIONS + TOKENS)
        and dtype == "F32"
        and len(shape) == 2
        and 0 < shape[1] <= MAX_WIDTH
        and 4 * shape[0] * shape[1] <= MAX_BYTES
    )
