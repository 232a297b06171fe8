"""ONNX Runtime's own format (`.ort`): a FlatBuffer that holds a graph; operators of unknown domains are native code.

Source: onnxruntime/core/flatbuffers/schema/ort.fbs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats._context import Context
from verifier.formats._onnx import CUSTOM, PYTHON
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Format, Reader, visible

if TYPE_CHECKING:
    from verifier.formats._flatbuffer.table import Flat, Table
    from verifier.formats._ranges import Range

FORMAT = Format("ort", 1, "ONNX Runtime model", ((4, b"ORTM"),), (".ort",))

MALFORMED: Final = "ort-malformed"
RULES: tuple[str, ...] = (MALFORMED, CUSTOM, PYTHON)

_DEEPEST: Final = 64
"""Graphs within graphs."""

_BITS: Final = {
    **dict.fromkeys((2, 3, 9, 17, 18, 19, 20), 8),
    **dict.fromkeys((4, 5, 10, 16), 16),
    **dict.fromkeys((1, 6, 12), 32),
    **dict.fromkeys((7, 11, 13, 14), 64),
    15: 128,
    **dict.fromkeys((21, 22), 4),
}
"""Bits of an element, by TensorDataType, which counts as ONNX does; of texts there is no fixed size."""


@dataclass(slots=True)
class _Model:
    """What a model holds.

    Args:
        operators: domains and names, to the first offset.
        payloads: bytes of tensors.
        tensors, elements: how many there are.
        external: tensors whose bytes stand in another file.
    """

    operators: dict[tuple[str, str], int] = field(default_factory=dict)
    payloads: list[Range] = field(default_factory=list)
    tensors: int = 0
    elements: int = 0
    external: int = 0


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Finding | Fact | Coverage]:
    """Follows every graph, and judges operators by their domains.

    Raises:
        BudgetExceeded: after everything was said that was seen before the limit.
    """
    from verifier.formats._account import accounted
    from verifier.formats._flatbuffer.table import Flat

    if reader.read_at(4, 4) != b"ORTM":
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no model of ONNX Runtime's own", FORMAT.how)
        return
    flat, model = Flat(reader, context.budget), _Model()
    limit: BudgetExceeded | None = None
    flaw: Malformed | None = None
    try:
        _walk(flat, model)
    except Malformed as error:
        flaw = error
    except BudgetExceeded as error:
        limit = error
    yield from _operators(artifact, model)
    if limit is not None:
        raise limit
    if flaw is not None:
        message = f"The model is no FlatBuffer that ONNX Runtime reads safely: {flaw.message}."
        yield _finding(artifact, MALFORMED, message, flaw.offset or 0)
        yield Coverage(artifact.name, CoverageState.PARTIAL, "it could not be followed to its end", FORMAT.how)
        return
    for kind, count in (("tensor-count", model.tensors), ("parameter-count", model.elements)):
        yield Fact(kind, count, Evidence(artifact.name, f"{model.tensors} tensors", FORMAT.how))
    if model.external:
        reason = f"{model.external} tensors stand in another file, which is not read"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, FORMAT.how)
    yield from accounted(artifact.name, FORMAT.how, model.payloads, reader.size, "tensors, read as numbers")


def _walk(flat: Flat, model: _Model) -> None:
    from verifier.formats._bounds import bounded

    root = flat.root().table(1)
    graph = root.table(7) if root is not None else None
    if graph is None:
        raise Malformed("it holds no graph", 0)
    stack = [(graph, 0)]
    while stack:
        graph, depth = stack.pop()
        if depth > _DEEPEST:
            raise BudgetExceeded(f"graphs are nested more than {_DEEPEST} deep")
        for tensor in graph.tables(0):
            _tensor(tensor, model)
        nodes = graph.number(3, 4)
        for node in graph.tables(2):
            if node.number(4, 4) >= nodes:
                raise Malformed(f"a node has a number that is none of {nodes}", node.position)
            model.operators.setdefault((node.text(2), node.text(5)), node.position)
            bounded(model.operators, "operators")
            stack += [(inner, depth + 1) for inner in _attributes(node, model)]
            bounded(stack, "graphs")
        for edge in graph.tables(4):
            if edge.number(0, 4) >= nodes:
                raise Malformed(f"an edge leaves a node that is none of {nodes}", edge.position)


def _attributes(node: Table, model: _Model) -> Iterator[Table]:
    """Graphs among the attributes of a node; tensors among them are noted."""
    for attribute in node.tables(10):
        if tensor := attribute.table(6):
            _tensor(tensor, model)
        for tensor in attribute.tables(11):
            _tensor(tensor, model)
        if graph := attribute.table(7):
            yield graph
        yield from attribute.tables(12)


def _tensor(tensor: Table, model: _Model) -> None:
    from math import prod

    from verifier.formats._bounds import bounded

    dims, kind = tensor.numbers(2, 8), tensor.number(3, 4, signed=True)
    start, length = tensor.vector(4, 1)
    model.tensors += 1
    if tensor.place(6, 8) and tensor.number(6, 8, signed=True) >= 0:
        model.external += 1
        return
    if kind not in _BITS:
        tensor.vector(5, 4)
        return
    if any(size < 0 for size in dims) or (prod(dims) * _BITS[kind] + 7) // 8 != length:
        raise Malformed(f"a tensor of shape {visible(str(dims), 60)} holds {length} bytes", tensor.position)
    model.elements += prod(dims)
    model.payloads.append((start, start + length))
    bounded(model.payloads, "tensors")


def _operators(artifact: Artifact, model: _Model) -> Iterator[Finding]:
    from verifier.formats._onnx.domains import runs_python, unreviewed

    told = 0
    for (domain, name), offset in model.operators.items():
        shown = visible(domain, 80), visible(name, 80)
        for rule, why in ((PYTHON, runs_python(*shown)), (CUSTOM, unreviewed(*shown, ()))):
            if why and told < 100:
                told += 1
                yield _finding(artifact, rule, f"{why[:1].upper()}{why[1:]}.", offset)
                break


def _finding(artifact: Artifact, rule: str, message: str, offset: int) -> Finding:
    return Finding(rule, (Evidence(artifact.name, message, FORMAT.how, min(offset, artifact.size)),), message)
