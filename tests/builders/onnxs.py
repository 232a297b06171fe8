"""ONNX models, honest and lying."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from tests.builders.flatbuffers import Counted, Fields, Number, flatbuffer
from tests.builders.protobufs import block, number

FLOAT = 1
INT64 = 7


def node(name: str, *inputs: str, domain: str = "", attributes: bytes = b"", output: str = "y") -> bytes:
    """A field `node` of a graph."""
    ends = b"".join((*(block(1, one) for one in inputs), block(2, output)))
    return block(1, ends, block(4, name), attributes, block(7, domain) if domain else b"")


def tensor(dims: list[int], payload: bytes, *, name: str = "W", dtype: int = FLOAT) -> bytes:
    """A TensorProto; the payload is one or more of its fields."""
    return b"".join((*(number(1, size) for size in dims), number(2, dtype), block(8, name), payload))


def raw(*values: float) -> bytes:
    """Floats as `raw_data`."""
    return block(9, struct.pack(f"<{len(values)}f", *values))


def shape(*sizes: int, name: str = "shape") -> bytes:
    """A tensor of sizes."""
    return tensor([len(sizes)], block(9, struct.pack(f"<{len(sizes)}q", *sizes)), name=name, dtype=INT64)


def external(location: str, **more: str) -> bytes:
    """A tensor of four numbers that stand in another file."""
    entries = {"location": location, **more}
    named = b"".join(block(13, block(1, key), block(2, value)) for key, value in entries.items())
    return tensor([4], named + number(14, 1))


def model(*parts: bytes, more: bytes = b"", opset: int = 17) -> bytes:
    """A model of one graph of those fields; initializers are made of tensors by `weights`."""
    return b"".join((number(1, 8), block(2, "tests"), block(7, *parts), block(8, number(2, opset)), more))


def weights(*tensors: bytes) -> bytes:
    """Fields `initializer` of a graph."""
    return b"".join(block(5, one) for one in tensors)


def onnx_bytes() -> bytes:
    """A small model of one node and one weight."""
    return model(node("Mul", "x", "W"), weights(tensor([100], raw(*range(100)))))


def ort_node(name: str, domain: str = "") -> Fields:
    """A node of ONNX Runtime's own format."""
    return {2: domain, 5: name}


def ort_tensor(dims: Sequence[int] = (100,)) -> Fields:
    """A tensor of ONNX Runtime's own format: a hundred floats."""
    packed = b"".join(size.to_bytes(8, "little", signed=True) for size in dims)
    return {0: "w", 2: Counted(packed, 8), 3: Number(1), 4: bytes(400)}


def ort(
    *,
    nodes: Sequence[Fields] = ({5: "Relu"},),
    tensors: Sequence[Fields] | None = None,
    graph: Fields | None = None,
    model: Fields | None = None,
) -> bytes:
    """A model in ONNX Runtime's own format."""
    fields: Fields = {0: [ort_tensor()] if tensors is None else tensors, 2: nodes, 3: Number(5), **(graph or {})}
    return flatbuffer(b"ORTM", {0: "1.20.0", 1: {0: Number(8, 8), 7: fields} if model is None else model})


def value_info(name: str, *sizes: int, place: int = 11) -> bytes:
    """A field `input` of a graph, a number of that shape; 0 is a size that is not fixed."""
    axes = b"".join(block(1, number(1, size) if size else block(2, "n")) for size in sizes)
    return block(place, block(1, name), block(2, block(1, number(1, FLOAT), block(2, axes))))


def operators(*lines: str, place: int = 1) -> bytes:
    """Fields `node` of a graph, each written as `domain:Operator operands > results`; of a function at the place 7."""
    return b"".join(_operator(line, place) for line in lines)


def _operator(line: str, place: int) -> bytes:
    name, *operands = line.partition(">")[0].split()
    results = line.partition(">")[2].split()
    domain, _, name = name.rpartition(":")
    inputs = (block(1, one) for one in operands)
    return block(place, *inputs, *(block(2, one) for one in results), block(4, name), block(7, domain))


def body(name: str, *lines: str, inputs: Sequence[str] = (), outputs: Sequence[str] = ()) -> bytes:
    """An attribute that holds a graph."""
    ends = (*(value_info(one) for one in inputs), *(block(12, block(1, one)) for one in outputs))
    return block(5, block(1, name), block(6, operators(*lines), *ends))
