"""From a TensorFlow Lite model to findings, facts and coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Member, Yield
from verifier.formats._bounds import bounded
from verifier.formats._flatbuffer.flex import texts
from verifier.formats._flatbuffer.table import Flat, Table
from verifier.formats._protobuf.wire import BYTES, Wire
from verifier.formats._readers import BytesReader
from verifier.formats._tensorflow import LITE_CUSTOM, LITE_MALFORMED, judge
from verifier.formats._zip.archive import Archive
from verifier.formats._zip.directory import find_directory
from verifier.formats._zip.lies import LieKind
from verifier.formats._zip.report import findings
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader, Value, visible

_CUSTOM_CODE: Final = 32
"""BuiltinOperator.LITE_CUSTOM."""

_FLEX: Final = "Flex"
"""What the names of TensorFlow's own operators begin with (tensorflow/lite/delegates/flex)."""

KNOWN: Final = frozenset(
    {
        *("AudioSpectrogram", "Convolution2DTransposeBias", "Landmarks2TransformMatrix", "MaxPoolingWithArgmax2D"),
        *("MaxUnpooling2D", "Mfcc", "RandomStandardNormal", "RandomUniform", "TFLite_Detection_PostProcess"),
        *("TransformLandmarks", "TransformTensor", "TransformTensorBilinear"),
    }
)
"""Custom operators of TensorFlow Lite's own kernels and of MediaPipe, which only compute."""

_BITS: Final = {
    **dict.fromkeys((3, 6, 9), 8),
    **dict.fromkeys((1, 7, 16, 18), 16),
    **dict.fromkeys((0, 2, 15), 32),
    **dict.fromkeys((4, 8, 10, 12), 64),
    11: 128,
    17: 4,
}
"""Bits of an element, by TensorType; of others it has no fixed size."""

_NAMES: Final = (
    *("FLOAT32", "FLOAT16", "INT32", "UINT8", "INT64", "STRING", "BOOL", "INT16", "COMPLEX64", "INT8", "FLOAT64"),
    *("COMPLEX128", "UINT64", "RESOURCE", "VARIANT", "UINT32", "UINT16", "INT4", "BFLOAT16"),
)
"""Names of the types (TensorType)."""

_LARGE: Final = 256
"""Bytes of a buffer that stands as a range of its own in the coverage."""

_MAX_OPTIONS: Final = 1 << 20
"""Bytes of the options of a node; genuine ones have some hundred."""

_SLACK: Final = 64
"""Bytes of alignment and of fields unknown to this version that may follow the last structure."""


@dataclass(slots=True)
class _Model:
    """What a model holds.

    Args:
        custom: names of custom operators to the offset of their description.
        codes: names of the operators described; empty for those of TensorFlow Lite itself.
        buffers: first byte and length of each buffer.
        dtypes: how many constant tensors of each type.
        elements: of all constant tensors.
    """

    custom: dict[str, int] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    buffers: list[tuple[int, int]] = field(default_factory=list)
    dtypes: Counter[int] = field(default_factory=Counter)
    elements: int = 0


def inspect_lite(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Yield]:
    """Follows every offset, and judges what custom operators are.

    Raises:
        BudgetExceeded: after everything was said that was seen before the limit.
    """
    if reader.read_at(4, 4) != b"TFL3":
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no TensorFlow Lite model", how)
        return
    flat, model = Flat(reader, context.budget), _Model()
    flaw = limit = None
    try:
        _walk(flat, model)
    except Malformed as error:
        flaw = error
    except BudgetExceeded as error:
        limit = error
    yield from _operators(artifact, model, how)
    if limit is not None:
        raise limit
    if flaw is not None:
        message = f"The model is no FlatBuffer that loaders read safely: {flaw.message}."
        yield _finding(artifact, LITE_MALFORMED, message, flaw.offset or 0, how)
        reason = "it could not be followed to its end"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how)
        return
    yield from _facts(artifact, model, how)
    yield from _coverage(artifact, model, flat.reached, how)
    yield from _tail(artifact, reader, context, flat.reached, how)


def _walk(flat: Flat, model: _Model) -> None:
    root = flat.root()
    for code in root.tables(1):
        kind = max(code.number(0, 1), code.number(3, 4, signed=True))
        model.codes.append(code.text(1) if kind == _CUSTOM_CODE else "")
        bounded(model.codes, "operators")
        if kind == _CUSTOM_CODE:
            model.custom.setdefault(model.codes[-1], code.position)
    for buffer in root.tables(4):
        model.buffers.append(_buffer(flat, buffer))
        bounded(model.buffers, "buffers")
    for graph in root.tables(2):
        _graph(flat, graph, model)
    root.text(3)
    root.vector(5, 4)
    for metadata in root.tables(6):
        metadata.text(0)
        _index(metadata.number(1, 4), len(model.buffers), metadata)


def _buffer(flat: Flat, buffer: Table) -> tuple[int, int]:
    """Where the bytes of a buffer are: in a vector, or behind the model where that is too large for one."""
    offset, size = buffer.number(1, 8), buffer.number(2, 8)
    if offset > 1:
        flat.hold(offset, size)
        return offset, size
    return buffer.vector(0, 1)


def _graph(flat: Flat, graph: Table, model: _Model) -> None:
    count = 0
    for tensor in graph.tables(0):
        count += 1
        _tensor(tensor, model)
    _ends(graph, count)
    for operator in graph.tables(3):
        index = operator.number(0, 4)
        _index(index, len(model.codes), operator)
        if model.codes and model.codes[index].startswith(_FLEX):
            _flex(flat, operator, model)
        _ends(operator, count)
        options = operator.table(4)
        operator.vector(5, 1)
        if options is None and operator.number(3, 1):
            raise Malformed("an operator lacks the options it says it has", operator.position)


def _ends(table: Table, count: int) -> None:
    """Raises Malformed where inputs or outputs are no tensors of the graph; -1 stands for one that is left out."""
    for index in (1, 2):
        if any(not -1 <= end < count for end in table.numbers(index, 4)):
            raise Malformed("an operator takes a tensor that is not there", table.position)


def _flex(flat: Flat, operator: Table, model: _Model) -> None:
    """Adds the operators that the options of a node of TensorFlow name: they count, not the name it bears.

    Source: tensorflow/lite/delegates/flex/kernel.cc (OpNode::InitializeNodeDef): a name, and a NodeDef.
    """
    start, length = operator.vector(5, 1)
    if not length:
        return
    if length > _MAX_OPTIONS:
        raise BudgetExceeded(f"the options of a node have {length} bytes, more than the {_MAX_OPTIONS} that are read")
    name, *nodes = texts(flat.bytes_at(start, length)) or [b""]
    names = [name.decode("utf-8", "backslashreplace")]
    for node in nodes:
        wire = Wire(BytesReader(node), flat.budget)
        names += [wire.text(part) for part in wire.fields(0, len(node)) if (part.number, part.wire) == (2, BYTES)]
    for found in names:
        model.custom.setdefault(f"{_FLEX}{found}", operator.position)
        bounded(model.custom, "operators")


def _tensor(tensor: Table, model: _Model) -> None:
    """Holds a tensor against its buffer."""
    dims, dtype = tensor.numbers(0, 4), tensor.number(1, 1)
    tensor.text(3)
    if quantization := tensor.table(4):
        for index, width in enumerate((4, 4, 4, 8)):
            quantization.vector(index, width)
    index = tensor.number(2, 4)
    _index(index, len(model.buffers), tensor)
    held = model.buffers[index][1] if model.buffers else 0
    if not held:
        return
    model.dtypes[dtype] += 1
    if dtype in _BITS and not tensor.place(6, 4) and all(size >= 0 for size in dims):
        model.elements += prod(dims)
        needed = (prod(dims) * _BITS[dtype] + 7) // 8
        if held != needed:
            raise Malformed(f"a tensor needs {needed} bytes and its buffer has {held}", tensor.position)


def _index(value: int, count: int, table: Table) -> None:
    """Raises Malformed where a number counts something that is not there; 0 is always allowed."""
    if value and value >= count:
        raise Malformed(f"it names the {value + 1}th of {count}", table.position)


def _operators(artifact: Artifact, model: _Model, how: str) -> Iterator[Finding]:
    flex = {name.removeprefix(_FLEX): offset for name, offset in model.custom.items() if name.startswith(_FLEX)}
    yield from judge.judged_operators(artifact, how, flex, ())
    for name, offset in list(model.custom.items())[:50]:
        if not name.startswith(_FLEX) and name not in KNOWN:
            shown = visible(name, 80)
            message = f"The model needs the custom operator {shown}, native code that it does not hold."
            yield _finding(artifact, LITE_CUSTOM, message, offset, how)


def _facts(artifact: Artifact, model: _Model, how: str) -> Iterator[Fact]:
    named = dict(enumerate(_NAMES))
    facts: dict[str, Value] = {
        "tensor-count": model.dtypes.total(),
        "parameter-count": model.elements,
        "tensor-dtypes": tuple(sorted((named.get(dtype, str(dtype)), n) for dtype, n in model.dtypes.items())),
        "custom-operators": tuple(sorted(visible(name, 80) for name in list(model.custom)[:100])),
    }
    for kind, value in facts.items():
        yield Fact(kind, value, Evidence(artifact.name, f"{kind} {value}", how, 0))


def _coverage(artifact: Artifact, model: _Model, end: int, how: str) -> Iterator[Coverage]:
    """The model up to its last structure: buffers are numbers, the rest was followed."""
    reached = 0
    for start, length in sorted(model.buffers):
        if length < _LARGE or start < reached:
            continue
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, reached, start - reached)
        yield Coverage(artifact.name, CoverageState.DATA, "buffers, read as numbers", how, start, length)
        reached = start + length
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, reached, end - reached)


def _tail(artifact: Artifact, reader: Reader, context: Context, end: int, how: str) -> Iterator[Yield]:
    """What follows the model: nothing, or a zip of files that describe it."""
    length = reader.size - end
    if not length:
        return
    try:
        if find_directory(reader) is not None:
            yield from _attached(artifact, reader, context, end, how)
            yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, end, length)
            return
    except Malformed:
        pass
    if length <= _SLACK:
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, end, length)
    else:
        reason = "bytes that belong to no structure of the model"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how, end, length)


def _attached(artifact: Artifact, reader: Reader, context: Context, end: int, how: str) -> Iterator[Yield]:
    archive = Archive(reader)
    context.budget.foresee_members(len(archive.entries))
    lies = [*archive.lies, *(lie for entry in archive.entries for lie in archive.local_lies(entry)), *archive.gaps()]
    yield from findings(artifact, [lie for lie in lies if lie.kind is not LieKind.PREFIX], how)
    start = sum(lie.length for lie in lies if lie.kind is LieKind.PREFIX)
    if start - end > _SLACK:
        reason = "bytes between the model and the files attached to it"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how, end, start - end)
    for entry in archive.entries:
        if not entry.is_directory:
            yield Member(artifact.member(entry.name, entry.size), archive.open(entry, context.budget))


def _finding(artifact: Artifact, rule: str, message: str, offset: int, how: str) -> Finding:
    return Finding(rule, (Evidence(artifact.name, message, how, min(offset, artifact.size)),), message)
