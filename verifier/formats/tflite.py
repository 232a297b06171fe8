"""TensorFlow Lite models: a FlatBuffer of operators, tensors and the buffers that hold weights.

Source: tensorflow/compiler/mlir/lite/schema/schema.fbs of TensorFlow 2.21. Buffers are never read; every offset is held
against the file (CVE-2026-42627). Files of the metadata are a zip appended to the model, as tflite-support writes them.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.formats import Context, Yield
from verifier.formats._tensorflow import LITE_CUSTOM, LITE_MALFORMED
from verifier.formats._tensorflow import RULES as GRAPH_RULES
from verifier.formats._zip import RULES as ZIP_RULES
from verifier.records import Artifact, Format, Reader

FORMAT = Format("tflite", 1, "TensorFlow Lite model", ((4, b"TFL3"),), (".tflite", ".lite"), ("zip",))


RULES: tuple[str, ...] = (LITE_MALFORMED, LITE_CUSTOM, *GRAPH_RULES, *ZIP_RULES)


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Follows every offset, and judges what custom operators are."""
    from verifier.formats._tensorflow.lite import inspect_lite

    return inspect_lite(artifact, reader, context, FORMAT.how)
