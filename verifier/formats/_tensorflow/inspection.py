"""From a graph, or the messages it stands in, to findings, facts and coverage."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.errors import BudgetExceeded, Malformed
from verifier.formats import Context, Yield
from verifier.formats._keras.config import inspect_text
from verifier.formats._names import unsafe_name
from verifier.formats._protobuf.wire import BYTES, Wire
from verifier.formats._tensorflow import MALFORMED, PATH, judge
from verifier.formats._tensorflow.graph import Graph, GraphWalk
from verifier.formats._tensorflow.messages import SAVED_MODEL, Saved, kind_of, walk
from verifier.records import Artifact, Coverage, CoverageState, Evidence, Fact, Reader, visible

_MODEL_NAME: Final = "saved_model.pb"
_FINGERPRINT: Final = "fingerprint.pb"
_MAX_FINGERPRINT: Final = 4096
_FINGERPRINT_FIELDS: Final = frozenset(range(1, 8))
"""tensorflow/core/protobuf/fingerprint.proto."""

_LARGE: Final = 256
"""Bytes of numbers that stand as a range of their own in the coverage."""

LFS_POINTER: Final = b"version https://git-lfs"


def inspect_graphs(artifact: Artifact, reader: Reader, context: Context, how: str) -> Iterator[Yield]:
    """Walks the graphs, and judges what their operators do.

    Raises:
        BudgetExceeded: after everything was said that was seen before the limit.
    """
    name = artifact.file_name
    wire = Wire(reader, context.budget)
    if name == _FINGERPRINT:
        yield _fingerprint(artifact, wire, how)
        return
    is_pointer = reader.read_at(0, len(LFS_POINTER)) == LFS_POINTER
    kind = kind_of(wire) or (SAVED_MODEL if name == _MODEL_NAME and not is_pointer else None)
    if kind is None:
        yield Coverage(artifact.name, CoverageState.UNKNOWN, "it is no graph of TensorFlow", how)
        return
    graphs, saved, flaw, limit = GraphWalk(wire), Saved(), None, None
    try:
        walk(wire, kind, graphs, saved)
    except Malformed as error:
        flaw = error
    except BudgetExceeded as error:
        limit = error
    yield from judge.judged_graph(artifact, how, graphs.graph)
    yield from _beside(artifact, saved, how)
    if limit is not None:
        raise limit
    if flaw is not None:
        message = f"The file is no {kind} that could be read to its end: {flaw.message}."
        yield judge.finding(artifact, how, MALFORMED, message, flaw.offset or 0)
        reason = "it could not be read as a graph to its end"
        yield Coverage(artifact.name, CoverageState.PARTIAL, reason, how)
        return
    yield from judge.graph_facts(artifact, how, graphs.graph)
    yield from _coverage(artifact, graphs.graph, how)


def _beside(artifact: Artifact, saved: Saved, how: str) -> Iterator[Yield]:
    """Files and layers a SavedModel names."""
    for offset, path in saved.assets[:1000]:
        if why := unsafe_name(path):
            message = f"The model brings an asset {visible(path, 80)!r}: {why}."
            yield judge.finding(artifact, how, PATH, message, offset)
    for offset, text in saved.layers:
        yield from inspect_text(artifact, text, how, f"/layers/{offset}")
    if saved.versions:
        versions = tuple(sorted({visible(version, 40) for version in saved.versions}))
        yield Fact("producer", f"TensorFlow {', '.join(versions)}", Evidence(artifact.name, versions[0], how, 0))


def _coverage(artifact: Artifact, graph: Graph, how: str) -> Iterator[Coverage]:
    """The whole file: large constants are numbers, the rest was walked."""
    reached = 0
    for start, end in sorted(graph.contents):
        if end - start < _LARGE or start < reached:
            continue
        yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, reached, start - reached)
        reason = "constants, read as numbers"
        yield Coverage(artifact.name, CoverageState.DATA, reason, how, start, end - start)
        reached = end
    yield Coverage(artifact.name, CoverageState.INSPECTED, "", how, reached, artifact.size - reached)


def _fingerprint(artifact: Artifact, wire: Wire, how: str) -> Coverage:
    """A few hashes, which nothing is loaded from."""
    if wire.size > _MAX_FINGERPRINT:
        return Coverage(artifact.name, CoverageState.PARTIAL, "it is longer than any fingerprint", how)
    fields = {part.number for part in wire.fields(0, wire.size) if part.wire <= BYTES}
    if not fields <= _FINGERPRINT_FIELDS:
        return Coverage(artifact.name, CoverageState.PARTIAL, "it holds more than a fingerprint", how)
    return Coverage(artifact.name, CoverageState.INSPECTED, "", how)
