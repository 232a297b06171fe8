"""ONNX models: operators that run code, weights in other files, and tensors that are not what they say.

Recognized by the shape of a ModelProto. Initializers are stepped over: what is read is the graph itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Budget, Context, Limits, Probe, Yield
from verifier.formats._onnx import BOMB, CUSTOM, GATE, INCONSISTENT, MALFORMED, MISMATCH, MISSING, PYTHON, UNSAFE
from verifier.records import Artifact, Format, Reader

FORMAT = Format("onnx", 1, "ONNX model", suffixes=(".onnx",))


RULES: tuple[str, ...] = (MALFORMED, INCONSISTENT, PYTHON, CUSTOM, BOMB, UNSAFE, MISMATCH, MISSING, GATE)

_PROBED: Final = 64
"""Fields of the outermost message that recognition looks at."""


def recognize(probe: Probe) -> bool:
    """The version first, then only fields a model has, a graph among them; each read steps over what a field holds."""
    if probe.head[:1] != b"\x08":
        return False
    from verifier.formats._onnx.recognition import is_model
    from verifier.formats._protobuf.wire import Wire

    try:
        return is_model(Wire(probe.reader, Budget(Limits())), _PROBED)
    except (Malformed, BudgetExceeded):
        return False


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Walks the model, and holds its tensors against their bytes, in the file and beside it."""
    from verifier.formats._onnx.inspection import inspect_model

    return inspect_model(artifact, reader, context, FORMAT.how)
