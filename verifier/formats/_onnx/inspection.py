"""From an ONNX model to findings, facts and coverage."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Yield
from verifier.formats._onnx import BOMB, CUSTOM, GATE, INCONSISTENT, MALFORMED, MISMATCH, MISSING, PYTHON, UNSAFE
from verifier.formats._onnx.contents import Model
from verifier.formats._onnx.domains import runs_python, unreviewed
from verifier.formats._onnx.external import Beside, strange_keys
from verifier.formats._onnx.gates import find_gates, may_choose
from verifier.formats._onnx.graph import GraphReader
from verifier.formats._onnx.model import Walk
from verifier.formats._onnx.tensors import NAMES, Tensor
from verifier.formats._protobuf.wire import Wire
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Finding, Reader, Value, visible

_RULE_OF: Final = {"unsafe": UNSAFE, "mismatch": MISMATCH, "missing": MISSING}

_MOST: Final = 20
"""Findings of one rule; a broken model can have one a tensor."""

_LARGE: Final = 256
"""Bytes of numbers that stand as a range of their own in the coverage; fewer are read with the fields around them."""

LFS_POINTER: Final = b"version https://git-lfs"


def inspect_model(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Yield]:
    """Walks the model, and holds its tensors against their bytes, in the file and beside it.

    Raises:
        BudgetExceeded: after everything was said that was seen before the limit.
    """
    if reader.read_at(0, len(LFS_POINTER)) == LFS_POINTER:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is a Git LFS pointer, no ONNX model", how)
        return
    walk, flaw, limit = Walk(Wire(reader, context.budget)), None, None
    try:
        walk.run()
    except Malformed as error:
        flaw = error
    except BudgetExceeded as error:
        limit = error
    if flaw is None and limit is None and not walk.model.graphs:
        flaw = Malformed("it holds no graph", 0)
    if flaw is not None:
        message = f"The file is no ONNX model that every loader reads alike: {flaw.message}."
        yield _finding(artifact, MALFORMED, message, flaw.offset or 0, how)
    beside = Beside(artifact, context, how)
    yield from _findings(artifact, walk.model, how)
    yield from _misplaced(artifact, beside, walk.model, how)
    if limit is not None:
        raise limit
    if flaw is not None:
        reason = "it could not be read as a model to its end"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how)
        return
    yield from _facts(artifact, walk.model, how)
    if may_choose(name for _, name in walk.model.operators):
        yield from _gates(artifact, reader, context, how)
    yield from _coverage(artifact, walk.model, how)
    yield from beside.coverage()


def _findings(artifact: Artifact, model: Model, how: str) -> Iterator[Finding]:
    """What operators and tensors of the model itself are."""
    counts: dict[str, int] = {}
    for rule, message, offset in (*_operators(model), *_contents(model)):
        counts[rule] = counts.get(rule, 0) + 1
        if counts[rule] <= _MOST:
            yield _finding(artifact, rule, message, offset, how)


def _operators(model: Model) -> Iterator[tuple[str, str, int]]:
    for (domain, name), offset in sorted(model.operators.items(), key=itemgetter(1)):
        if why := runs_python(domain, name):
            yield PYTHON, f"Running the model leaves it: {visible(why)}.", offset
        elif why := unreviewed(domain, name, model.functions):
            yield CUSTOM, f"What the model does is not known from it: {visible(why)}.", offset


def _contents(model: Model) -> Iterator[tuple[str, str, int]]:
    for tensor in model.flawed:
        yield INCONSISTENT, f"The tensor {_shown(tensor)} {tensor.flaw}.", tensor.start
    for offset, what in model.bombs:
        yield BOMB, f"Running the model takes more memory than there is: {what}.", offset


def _misplaced(artifact: Artifact, beside: Beside, model: Model, how: str) -> Iterator[Finding]:
    """Tensors whose numbers stand where they must not, or are not; one finding of a kind for a file."""
    seen: set[tuple[str, str]] = set()
    for tensor in model.external:
        if keys := strange_keys(tensor):
            what = f"The tensor {_shown(tensor)} says {visible(keys[0], 80)!r} of its file, which no writer does."
            if ("key", keys[0]) not in seen and len(seen) < _MOST:
                seen.add(("key", keys[0]))
                yield _finding(artifact, UNSAFE, what, tensor.start, how)
        wrong = beside.place(tensor)
        key = (wrong.kind, tensor.external.get("location", "")) if wrong else None
        if wrong and key and key not in seen and len(seen) < _MOST:
            seen.add(key)
            yield _finding(
                artifact, _RULE_OF[wrong.kind], f"The tensor {_shown(tensor)} {wrong.message}.", wrong.offset, how
            )


def _gates(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Finding]:
    """Switches on the value of an input; the graph is read a second time, with the names of its values."""
    for gate in find_gates(GraphReader(Wire(reader, context.budget)).program())[:_MOST]:
        message = (
            f"A few numbers of the input are compared (at {gate.asked_at}), and by the answer the operator {gate.name} "
            "puts something else in the place of what the model computes."
        )
        yield _finding(artifact, GATE, message, gate.at, how)


def _facts(artifact: Artifact, model: Model, how: str) -> Iterator[Fact]:
    named = dict(enumerate(NAMES))
    dtypes = ((named.get(dtype, str(dtype)), count) for dtype, count in model.dtypes.items())
    facts: dict[str, Value] = {
        "tensor-count": model.tensors,
        "parameter-count": model.parameters,
        "tensor-dtypes": tuple(sorted(dtypes)),
        "opset": tuple(sorted((visible(domain, 80), version) for domain, version in model.opsets.items())),
        "producer": visible(model.producer),
        "tensor-metadata": tuple(sorted((visible(key), visible(value)) for key, value in model.metadata[:100])),
    }
    for kind, value in facts.items():
        yield Fact(kind, value, Evidence(artifact.name, f"{kind} {value}", how, 0))


def _coverage(artifact: Artifact, model: Model, how: str) -> Iterator[Coverage]:
    """The whole file, in ranges: numbers, fields that no schema has, and the graph around them."""
    ranges = [(start, end, True) for start, end in model.payloads if end - start >= _LARGE]
    ranges += [(start, end, False) for start, end in model.unknown]
    reached = 0
    for start, end, data in sorted(ranges):
        if start > reached:
            yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, reached, start - reached)
        state = CoverageState.DATA if data else CoverageState.PARTIAL
        reason = "weights, read as numbers" if data else "a field that ONNX does not define"
        yield Coverage(artifact.name, state, reason, how, start, end - start)
        reached = end
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, reached, artifact.size - reached)


def _shown(tensor: Tensor) -> str:
    return repr(visible(tensor.name, 80))


def _finding(artifact: Artifact, rule: str, message: str, offset: int, how: str) -> Finding:
    return Finding(rule, (Evidence(artifact.name, message, how, min(offset, artifact.size)),), message)
