"""Bytes of tensors as numbers, exactly, and as the bit patterns that stand for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from numpy import ndarray


class Layout(NamedTuple):
    """How a number is written.

    Args:
        numpy: numpy's name of what holds its bits.
        fraction: bits of the fraction; 0 for integers.
    """

    numpy: str
    fraction: int = 0


LAYOUTS: Final = {
    "F64": Layout("<f8", 52),
    "F32": Layout("<f4", 23),
    "F16": Layout("<f2", 10),
    "BF16": Layout("<u2", 7),
    "I64": Layout("<i8"),
    "I32": Layout("<i4"),
    "I16": Layout("<i2"),
    "I8": Layout("i1"),
    "U64": Layout("<u8"),
    "U32": Layout("<u4"),
    "U16": Layout("<u2"),
    "U8": Layout("u1"),
    "BOOL": Layout("u1"),
}
"""By the names of safetensors; IEEE 754, and bfloat16 as the upper half of a single float."""


class Block(NamedTuple):
    """A block of 32 quantized numbers (ggml-common.h).

    Args:
        size: bytes of the block.
        bits: of a number.
        offset: the block has a least number beside its scale.
    """

    size: int
    bits: int
    offset: bool


BLOCKS: Final = {
    "Q4_0": Block(18, 4, offset=False),
    "Q4_1": Block(20, 4, offset=True),
    "Q5_0": Block(22, 5, offset=False),
    "Q5_1": Block(24, 5, offset=True),
    "Q8_0": Block(34, 8, offset=False),
}
"""Block types of ggml whose numbers are a scale times an integer, by name."""

BLOCK: Final = 32
"""Numbers of a block (QK8_0)."""


def readable(dtype: str) -> bool:
    """Whether numbers of that type are understood."""
    return dtype in LAYOUTS or dtype in BLOCKS


def row_bytes(dtype: str, width: int) -> int:
    """Bytes of a row; `width` is a multiple of 32 where the type comes in blocks."""
    if dtype in BLOCKS:
        return width // BLOCK * BLOCKS[dtype].size
    import numpy as np

    return width * np.dtype(LAYOUTS[dtype].numpy).itemsize


def patterns(dtype: str, raw: bytes) -> ndarray:
    """The bit patterns of numbers that come one by one, as unsigned integers."""
    import numpy as np

    size = np.dtype(LAYOUTS[dtype].numpy).itemsize
    return np.frombuffer(raw, f"<u{size}")


def numbers(dtype: str, raw: bytes) -> ndarray:
    """The numbers as doubles, flat."""
    import numpy as np

    if dtype in BLOCKS:
        return _unpacked(BLOCKS[dtype], raw)
    if dtype == "BF16":
        wide = np.frombuffer(raw, "<u2").astype(np.uint32) << 16
        return wide.view(np.float32).astype(np.float64)
    return np.frombuffer(raw, LAYOUTS[dtype].numpy).astype(np.float64)


def _unpacked(block: Block, raw: bytes) -> ndarray:
    """As ggml's `dequantize_row_q*` does."""
    import numpy as np

    rows = np.frombuffer(raw, np.uint8).reshape(-1, block.size)
    heads = 4 if block.offset else 2
    halves = np.ascontiguousarray(rows[:, :heads]).view("<f2").astype(np.float32)
    if block.bits == 8:
        codes = rows[:, heads:].view(np.int8).astype(np.float32)
    else:
        packed = rows[:, block.size - BLOCK // 2 :]
        codes = np.concatenate([packed & 15, packed >> 4], axis=1).astype(np.float32)
        if block.bits == 5:
            high = np.unpackbits(rows[:, heads : heads + 4], axis=1, bitorder="little")
            codes += 16 * high.astype(np.float32)
        if not block.offset:
            codes -= np.float32(1 << (block.bits - 1))
    made = codes * halves[:, :1]
    return (made + halves[:, 1:2] if block.offset else made).astype(np.float64).reshape(-1)
