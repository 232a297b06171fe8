"""Rows of embeddings that were never trained are told from those that were."""

from __future__ import annotations

import struct
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.inspections import facts_of, inspected
from tests.builders.safetensors import safetensors_bytes, tensor
from verifier.formats import safetensors
from verifier.formats._readers import BytesReader
from verifier.formats._rows import MAX_WIDTH, is_told, unmoved_rows

MOVED = 0.1
"""No half float is this."""

HALF = 0.5


@given(st.lists(st.booleans(), max_size=20), st.integers(1, 5), st.data())
def test_rows_are_unmoved_where_every_number_is_a_half_float(
    moved: list[bool], width: int, data: st.DataObject
) -> None:
    numbers = array("f")
    for row in moved:
        at = data.draw(st.integers(0, width - 1))
        halves = data.draw(st.lists(st.floats(width=16, allow_nan=False), min_size=width, max_size=width))
        numbers.extend(MOVED if row and i == at else half for i, half in enumerate(halves))
    reached = max((i + 1 for i, row in enumerate(moved) if row), default=0)
    expected = len(moved), moved.count(False), reached
    assert unmoved_rows(BytesReader(b"head" + numbers.tobytes()), 4, len(moved), width) == expected


@pytest.mark.parametrize(
    ("name", "dtype", "shape", "told"),
    [
        ("bert.embeddings.position_embeddings.weight", "F32", (512, 384), True),
        ("wpe.weight", "F16", (512, 384), False),
        ("layer.0.weight", "F32", (512, 384), False),
        ("wpe.weight", "F32", (512,), False),
        ("wpe.weight", "F32", (512, 0), False),
        ("wpe.weight", "F32", (1, MAX_WIDTH + 1), False),
        ("wpe.weight", "F32", (1 << 20, 1 << 10), False),
    ],
)
def test_only_tables_of_bounded_size_are_read(name: str, dtype: str, shape: tuple[int, ...], told: bool) -> None:
    assert is_told(name, dtype, shape) is told


def test_a_local_file_tells_it_and_a_remote_one_is_not_read() -> None:
    body = struct.pack("<6f", MOVED, HALF, HALF, MOVED, HALF, HALF)
    data = safetensors_bytes({"wpe.weight": tensor(shape=[3, 2], offsets=[0, 24])}, body)
    assert facts_of(inspected(safetensors, data, "m.safetensors"))["unmoved-rows"] == ("wpe.weight", (3, 1, 2))
    assert "unmoved-rows" not in facts_of(inspected(safetensors, data, "m.safetensors", remote=True))
