"""TensorFlow graphs: SavedModel, MetaGraphDef and frozen GraphDef, and the fingerprint beside a SavedModel.

Nodes run as soon as a model is used: some of their operators call Python, others reach files and servers.
"""

from __future__ import annotations

from collections.abc import Iterator

from verifier.errors import BudgetExceeded
from verifier.formats import Budget, Context, Limits, Probe, Yield
from verifier.formats._keras import RULES as KERAS_RULES
from verifier.formats._tensorflow import RULES as GRAPH_RULES
from verifier.records import Artifact, Format, Reader

FORMAT = Format("tensorflow", 1, "TensorFlow graph", suffixes=(".pb", ".meta"))

RULES: tuple[str, ...] = (*GRAPH_RULES, *KERAS_RULES)


def recognize(probe: Probe) -> bool:
    """The first fields of one of the messages, with a node where its first node would be."""
    if probe.head[:1] not in (b"\x08", b"\x0a", b"\x12"):
        return False
    from verifier.formats._protobuf.wire import Wire
    from verifier.formats._tensorflow.messages import kind_of

    try:
        return kind_of(Wire(probe.reader, Budget(Limits()))) is not None
    except BudgetExceeded:
        return False


def inspect(artifact: Artifact, reader: Reader, context: Context) -> Iterator[Yield]:
    """Walks the graphs, and judges what their operators do."""
    from verifier.formats._tensorflow.inspection import inspect_graphs

    return inspect_graphs(artifact, reader, context, FORMAT.how)
