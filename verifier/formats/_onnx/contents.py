"""What a walk finds in an ONNX model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from verifier.formats._onnx.tensors import Tensor


@dataclass(slots=True)
class Model:
    """What a model holds.

    Args:
        graphs: graphs of the model itself: one.
        opsets: domain to version.
        producer: who wrote it.
        metadata: pairs its writer added.
        operators: domain and name to the offset of the first node.
        functions: domain and name of the functions it defines.
        tensors: how many.
        parameters: elements of those that are initializers.
        dtypes: how many tensors of each data type.
        payloads: ranges of numbers inside the file.
        unknown: ranges of fields that the schema does not have.
        external: tensors that name another file.
        flawed: tensors that contradict themselves.
        bombs: offset and description of results that could not be held.
    """

    graphs: int = 0
    opsets: dict[str, int] = field(default_factory=dict)
    producer: str = ""
    metadata: list[tuple[str, str]] = field(default_factory=list)
    operators: dict[tuple[str, str], int] = field(default_factory=dict)
    functions: set[tuple[str, str]] = field(default_factory=set)
    tensors: int = 0
    parameters: int = 0
    dtypes: Counter[int] = field(default_factory=Counter)
    payloads: list[tuple[int, int]] = field(default_factory=list)
    unknown: list[tuple[int, int]] = field(default_factory=list)
    external: list[Tensor] = field(default_factory=list)
    flawed: list[Tensor] = field(default_factory=list)
    bombs: list[tuple[int, str]] = field(default_factory=list)
