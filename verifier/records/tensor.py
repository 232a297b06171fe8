"""A tensor, and where in a file its numbers lie."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Placed:
    """A tensor as a file's index tells it; its numbers lie row by row, without gaps.

    Args:
        name: as the file has it.
        dtype: as safetensors spells it (`F32`, `BF16`), or a block type of ggml (`Q8_0`).
        shape: rows first.
        offset: of its first byte in the file.
        length: bytes.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    length: int
