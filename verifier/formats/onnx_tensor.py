"""A single tensor of ONNX, as test sets beside a model hold them (`test_data_set_0/input_0.pb`): numbers only.

Recognized as a whole: a TensorProto whose numbers fill its shape, in this file, without a field the schema lacks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Budget, Context, Limits, Probe, Yield
from verifier.records import Artifact, Coverage, CoverageState, Format, Reader

FORMAT = Format("onnx-tensor", 1, "Tensor of an ONNX test set")

RULES: tuple[str, ...] = ()

_FIRST: Final = (b"\x08", b"\x0a", b"\x10")
"""Tags of the first field: dims, one by one or packed, or data_type (onnx.proto)."""


def recognize(probe: Probe) -> bool:
    """Whether everything there is makes one tensor."""
    if probe.head[:1] not in _FIRST or probe.size < 4:
        return False
    from verifier.formats._onnx.tensors import read_tensor
    from verifier.formats._protobuf.wire import BYTES, Field, Wire

    try:
        tensor = read_tensor(Wire(probe.reader, Budget(Limits())), Field(0, BYTES, 0, 0, probe.size))
    except (Malformed, BudgetExceeded):
        return False
    return bool(tensor.payload) and not (tensor.flaw or tensor.unknown or tensor.is_external or tensor.external)


def inspect(artifact: Artifact, _reader: Reader, _context: Context) -> Iterator[Yield]:
    """Yields that the file is numbers: recognizing it has held them against its shape."""
    yield Coverage(artifact.name, CoverageState.DATA, "the numbers of one tensor", FORMAT.how)
