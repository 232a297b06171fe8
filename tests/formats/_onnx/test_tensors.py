"""What tensors say of their shapes and files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.onnxs import external, shape, tensor
from tests.builders.protobufs import block
from verifier.errors import BudgetExceeded, InspectionError
from verifier.formats import Budget
from verifier.formats._onnx.tensors import BITS, NAMES, Tensor, checked_offset, read_tensor, shape_in
from verifier.formats._protobuf.wire import BYTES, Field, Wire
from verifier.formats._readers import BytesReader


def read(data: bytes) -> tuple[Wire, Tensor]:
    wire = Wire(BytesReader(data), Budget())
    return wire, read_tensor(wire, Field(5, BYTES, 0, 0, len(data)))


@pytest.mark.parametrize("dtype", sorted(BITS))
@pytest.mark.parametrize("elements", [0, 1, 3])
def test_raw_numbers_fill_their_shape(dtype: int, elements: int) -> None:
    needed = (elements * BITS[dtype] + 7) // 8
    assert read(tensor([elements], block(9, bytes(needed)), dtype=dtype))[1].flaw == ""
    assert read(tensor([elements], block(9, bytes(needed + 1)), dtype=dtype))[1].flaw


def test_every_type_has_a_name() -> None:
    assert {*BITS} | {0, 8} == {*range(len(NAMES))}


def test_shapes_are_read_in_both_forms() -> None:
    assert shape_in(*read(shape(3, -1))) == (3, -1)
    assert shape_in(*read(tensor([2], block(7, b"\x03\x04"), dtype=7))) == (3, 4)
    for other in (tensor([2], block(9, bytes(8))), tensor([9], block(9, bytes(72)), dtype=7), external("w")):
        assert shape_in(*read(other)) == ()


@pytest.mark.parametrize(
    ("text", "expected"), [("0", 0), ("12", 12), ("-1", None), ("", None), ("1.0", None), ("٣", None), ("9" * 30, None)]
)
def test_offsets_are_decimal(text: str, expected: int | None) -> None:
    assert checked_offset(text) == expected


def test_what_is_said_of_a_file_is_bounded() -> None:
    with pytest.raises(BudgetExceeded):
        read(external("w", **{f"key{i}": "" for i in range(100)}))


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_bytes_end_in_a_tensor_or_are_refused(data: bytes) -> None:
    try:
        wire, found = read(data)
        shape_in(wire, found)
    except InspectionError:
        pass
