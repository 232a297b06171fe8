"""Whether bytes are an ONNX model, told by the fields of the outermost message.

Source: onnx/onnx.proto of onnx 1.23.
"""

from __future__ import annotations

from typing import Final

from verifier.formats._protobuf.wire import BYTES, VARINT, Wire

_GRAPH_FIELD: Final = 7
_NUMBERS: Final = frozenset({1, 5})
_TOP: Final = frozenset({*range(1, 9), 14, 20, 25, 26})
"""Fields of a ModelProto, and those of them that are numbers."""

_GRAPH: Final = frozenset({1, 2, 5, *range(10, 17)})
"""Fields of a GraphProto, none of which is a number."""


def is_model(wire: Wire, most: int) -> bool:
    """Whether the outermost fields, the first `most` of them, are those of a model, with a graph among them.

    Raises:
        Malformed: they are no fields.
        BudgetExceeded: as walking does.
    """
    found = False
    for count, part in enumerate(wire.fields(0, wire.size)):
        if count == most:
            break
        expected = VARINT if part.number in _NUMBERS else BYTES
        if part.number not in _TOP or part.wire != expected:
            return False
        if part.number == _GRAPH_FIELD:
            first = next(wire.fields(part.start, part.end), None)
            if first is None or first.number not in _GRAPH or first.wire != BYTES:
                return False
            found = True
    return found
