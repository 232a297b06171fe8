"""What was seen before a limit is reported, in graphs of every kind."""

from __future__ import annotations

import pytest

from tests.builders.flatbuffers import custom, tflite
from tests.builders.graphs import node, saved_model
from tests.builders.inspections import rules_of, until_limit
from tests.builders.onnxs import model
from tests.builders.onnxs import node as onnx_node
from verifier.formats import FormatModule, Limits, onnx, tensorflow
from verifier.formats import tflite as lite
from verifier.formats._onnx import PYTHON
from verifier.formats._tensorflow import LITE_CUSTOM, MACHINE

LONG = 2000


@pytest.mark.parametrize(
    ("module", "data", "rule"),
    [
        (onnx, model(onnx_node("PyOp"), *[onnx_node("Relu")] * LONG), PYTHON),
        (tensorflow, saved_model(node("ReadFile"), *[node("Relu")] * LONG), MACHINE),
        (lite, tflite(codes=[custom("Mine")], operators=[{}] * LONG), LITE_CUSTOM),
    ],
    ids=["onnx", "tensorflow", "tflite"],
)
def test_findings_before_a_limit_count(module: FormatModule, data: bytes, rule: str) -> None:
    assert rules_of(until_limit(module, data, Limits(steps=1000), "saved_model.pb")) == [rule]
