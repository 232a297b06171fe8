"""Tensors of ONNX test sets are numbers; what only looks like one is not taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders.inspections import inspected, probe, rules_of, states_of
from tests.builders.onnxs import external, onnx_bytes, raw, shape, tensor
from tests.builders.protobufs import block, number
from verifier.formats import FormatModule, candidates
from verifier.formats import onnx_tensor as module
from verifier.records import CoverageState

MODULE: FormatModule = module
FLOATS = tensor([2, 2], raw(1, 2, 3, 4))


@pytest.mark.parametrize(
    "content", [FLOATS, shape(3, 4), tensor([], raw(1)), block(1, b"\x02") + number(2, 1) + raw(1, 2)]
)
def test_tensors_are_numbers(content: bytes) -> None:
    assert MODULE in candidates(probe(content, "test_data_set_0/input_0.pb"))
    records = inspected(MODULE, content, "input_0.pb")
    assert (rules_of(records), states_of(records)) == ([], [CoverageState.DATA])


@pytest.mark.parametrize(
    "content",
    [
        FLOATS[:-1],
        FLOATS + number(99, 1),
        tensor([3], raw(1)),
        tensor([1], raw(1), dtype=99),
        tensor([1], b""),
        external("weights.bin"),
        onnx_bytes(),
        b"\x08\x01",
        b"\x08" + b"\xff" * 20,
    ],
)
def test_anything_else_is_none(content: bytes) -> None:
    assert MODULE not in candidates(probe(content, "input_0.pb"))


@given(st.binary(max_size=64))
def test_any_bytes_are_looked_at_safely(content: bytes) -> None:
    found = MODULE in candidates(probe(b"\x08" + content))
    assert not found or len(content) > 3
