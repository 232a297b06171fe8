"""TensorFlow's graphs, the messages they stand in, and the checkpoints beside them."""

from typing import Final

PYTHON: Final = "tensorflow-python-function"
MACHINE: Final = "tensorflow-machine-access"
UNREVIEWED: Final = "tensorflow-unreviewed-operator"
PATH: Final = "tensorflow-unsafe-path"
FOREIGN: Final = "tensorflow-foreign-checkpoint"
MALFORMED: Final = "tensorflow-malformed"
RULES: tuple[str, ...] = (PYTHON, MACHINE, UNREVIEWED, PATH, FOREIGN, MALFORMED)
"""What a graph of TensorFlow can break."""

INCONSISTENT: Final = "tensor-bundle-inconsistent"
MISSING: Final = "tensor-bundle-missing-shard"

LITE_MALFORMED: Final = "tflite-malformed"
LITE_CUSTOM: Final = "tflite-custom-operator"
