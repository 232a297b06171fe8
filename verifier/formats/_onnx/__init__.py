"""ONNX models: the walk through a ModelProto, its tensors, and the files its weights may stand in."""

from typing import Final

MALFORMED: Final = "onnx-malformed"
INCONSISTENT: Final = "onnx-inconsistent-tensor"
PYTHON: Final = "onnx-python-operator"
CUSTOM: Final = "onnx-custom-operator"
BOMB: Final = "onnx-resource-bomb"
UNSAFE: Final = "onnx-unsafe-external-data"
MISMATCH: Final = "onnx-external-data-mismatch"
MISSING: Final = "onnx-external-data-missing"
GATE: Final = "onnx-value-gate"
