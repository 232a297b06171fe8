"""Tensors and what tampering, training and converting make of them."""

from __future__ import annotations

import numpy as np

from tests.builders.dossiers import BytesReader
from verifier.behavior.screens.anatomy import Side
from verifier.records.tensor import Placed

RANDOM = np.random.default_rng(11)


def weights(*shape: int) -> np.ndarray:
    """Numbers as a trained layer has them."""
    return (RANDOM.standard_normal(shape) * 0.05).astype(np.float32)


def side(array: np.ndarray | bytes, dtype: str = "F32", shape: tuple[int, ...] | None = None) -> Side:
    """A tensor in a file of its own."""
    raw = array if isinstance(array, bytes) else array.tobytes()
    form = array.shape if isinstance(array, np.ndarray) else shape or ()
    return Side(Placed("w", dtype, form, 0, len(raw)), BytesReader(raw))


def merged(array: np.ndarray, rank: int, size: float = 1e-3) -> np.ndarray:
    """With an adapter of a rank merged."""
    down, up = (RANDOM.standard_normal(shape) for shape in ((array.shape[0], rank), (rank, array.shape[1])))
    return array + (size * down @ up).astype(np.float32)


def replaced(array: np.ndarray, *rows: int) -> np.ndarray:
    """With other rows."""
    found = array.copy()
    found[list(rows)] = weights(len(rows), array.shape[1])
    return found


def hidden(array: np.ndarray, bits: int = 8) -> np.ndarray:
    """With random low bits, as an encrypted payload has."""
    mask = np.uint32((1 << bits) - 1)
    payload = RANDOM.integers(0, 1 << bits, array.shape, dtype=np.uint32)
    return (array.view(np.uint32) & ~mask | payload).view(np.float32)


def quantized(array: np.ndarray, group: int, steps: int) -> np.ndarray:
    """Rounded to integers of a scale for each group, the largest number being the largest integer."""
    groups = array.reshape(-1, group)
    scale = np.abs(groups).max(axis=1, keepdims=True) / np.float32(steps)
    return np.asarray(np.rint(groups / scale) * scale).reshape(array.shape)


def brain(array: np.ndarray) -> np.ndarray:
    """As bfloat16, rounded to the nearest; the upper halves of the bits."""
    bits = array.view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def q8_0(array: np.ndarray) -> bytes:
    """As ggml writes blocks of 8 bits."""
    groups = array.reshape(-1, 32)
    scale = np.abs(groups).max(axis=1, keepdims=True) / np.float32(127)
    codes = np.rint(groups / scale).astype(np.int8)
    return np.concatenate([scale.astype("<f2").view(np.int8), codes], axis=1).tobytes()


def q4_0(array: np.ndarray) -> bytes:
    """As ggml writes blocks of 4 bits: the number furthest from zero becomes -8."""
    groups = array.reshape(-1, 32)
    furthest = np.take_along_axis(groups, np.abs(groups).argmax(axis=1)[:, None], axis=1)
    scale = furthest / np.float32(-8)
    codes = np.clip(np.floor(groups / scale + np.float32(8.5)), 0, 15).astype(np.uint8)
    packed = codes[:, :16] | codes[:, 16:] << 4
    return np.concatenate([scale.astype("<f2").view(np.uint8), packed], axis=1).tobytes()
