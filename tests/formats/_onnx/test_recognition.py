"""A model is told by its outermost fields."""

from __future__ import annotations

import pytest

from tests.builders.onnxs import model, node, onnx_bytes
from tests.builders.protobufs import block, number
from verifier.formats import Budget
from verifier.formats._onnx.recognition import is_model
from verifier.formats._protobuf.wire import Wire
from verifier.formats._readers import BytesReader


def told(data: bytes, most: int = 10) -> bool:
    return is_model(Wire(BytesReader(data), Budget()), most)


@pytest.mark.parametrize(
    "data", [onnx_bytes(), model(node("Relu"), more=block(14, block(1, "k"))), block(7, node("A"))]
)
def test_models_are_told(data: bytes) -> None:
    assert told(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        number(1, 8),
        number(1, 8) + block(7),
        number(1, 8) + block(7, number(1, 1)),
        number(1, 8) + number(2, 1) + block(7, node("A")),
        block(1, "graph") + block(7, node("A")),
        model(node("A"), more=block(99, "x")),
    ],
)
def test_other_messages_are_not(data: bytes) -> None:
    assert not told(data)


def test_few_fields_are_looked_at() -> None:
    data = number(1, 8) + block(8, number(2, 17)) * 50 + block(7, node("A"))
    assert told(data, 100)
    assert not told(data, 10)
