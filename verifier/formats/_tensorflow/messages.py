"""The messages graphs stand in: SavedModel and MetaGraphDef, and which of them, or a bare GraphDef, a file is.

Source: tensorflow/core/protobuf/saved_model.proto, meta_graph.proto and saved_object_graph.proto of TensorFlow 2.21.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from verifier.errors import Malformed
from verifier.formats._protobuf.wire import BYTES, VARINT, Field, Wire
from verifier.formats._tensorflow.graph import GraphWalk

SAVED_MODEL: Final = "SavedModel"
META_GRAPH: Final = "MetaGraphDef"
GRAPH: Final = "GraphDef"

MAX_METADATA: Final = 16 << 20
"""Bytes of one layer's description; genuine ones have some kilobytes."""

_OPERATOR: Final = re.compile(r"[A-Za-z][A-Za-z0-9_>./-]*")
"""Names of operators (tensorflow/core/framework/op_def_util.cc)."""

_PROBED: Final = 8
"""Fields among which a graph is looked for; writers put it second."""

_META_FIELDS: Final = frozenset(range(1, 8))
_GRAPH_FIELDS: Final = frozenset({1, 2, 3, 4, 5})


@dataclass(slots=True)
class Saved:
    """What stands beside the graphs.

    Args:
        assets: offset and name of the files the model brings with it.
        layers: descriptions of Keras layers, as JSON, with their offsets.
        versions: of TensorFlow, by which it was written.
    """

    assets: list[tuple[int, str]] = field(default_factory=list)
    layers: list[tuple[int, bytes]] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)


def kind_of(wire: Wire) -> str | None:
    """Which message fills the file; None where it is none of these. A few reads, at the beginning."""
    try:
        first = next(wire.fields(0, wire.size), None)
        if first is None:
            return None
        if first.number == 1 and first.wire == VARINT:
            return SAVED_MODEL if _is_saved_model(wire) else None
        if first.number == 1 and _is_node(wire, first):
            return GRAPH
        return META_GRAPH if _is_meta_graph(wire, 0, wire.size) else None
    except Malformed:
        return None


def walk(wire: Wire, kind: str, graphs: GraphWalk, saved: Saved) -> None:
    """Walks the message that fills the file.

    Args:
        wire: over the file.
        kind: as `kind_of` says.
        graphs: takes the graphs.
        saved: takes everything else.

    Raises:
        Malformed: it is none.
        BudgetExceeded: it is more than is inspected.
    """
    if kind == GRAPH:
        graphs.run(0, wire.size)
    elif kind == META_GRAPH:
        _meta_graph(wire, 0, wire.size, graphs, saved)
    else:
        found = False
        for part in wire.fields(0, wire.size):
            if part.number == 2 and part.wire == BYTES:
                found = True
                _meta_graph(wire, part.start, part.end, graphs, saved)
        if not found:
            raise Malformed("it holds no graph", 0)


def _meta_graph(wire: Wire, start: int, end: int, graphs: GraphWalk, saved: Saved) -> None:
    for part in wire.fields(start, end):
        if part.wire != BYTES:
            continue
        match part.number:
            case 1:
                saved.versions += [
                    wire.text(f) for f in wire.fields(part.start, part.end) if (f.number, f.wire) == (5, BYTES)
                ]
            case 2:
                graphs.run(part.start, part.end)
            case 6:
                saved.assets += [
                    (f.start, wire.text(f))
                    for f in wire.fields(part.start, part.end)
                    if (f.number, f.wire) == (2, BYTES)
                ]
            case 7:
                saved.layers += _objects(wire, part)


def _objects(wire: Wire, message: Field) -> Iterator[tuple[int, bytes]]:
    """Descriptions of layers in an object graph, where TensorFlow before 2.5 kept them (SavedUserObject.metadata)."""
    yield from _texts_at(wire, message, (1, 4, 3))


def _texts_at(wire: Wire, message: Field, path: tuple[int, ...]) -> Iterator[tuple[int, bytes]]:
    """The JSON objects that stand at a path of field numbers below a message."""
    for part in wire.fields(message.start, message.end):
        if part.number != path[0] or part.wire != BYTES:
            continue
        if len(path) > 1:
            yield from _texts_at(wire, part, path[1:])
        elif part.end > part.start and (text := wire.content(part, MAX_METADATA)).lstrip().startswith(b"{"):
            yield part.start, text


def _is_saved_model(wire: Wire) -> bool:
    for part in wire.fields(0, wire.size):
        if part.number == 2 and part.wire == BYTES:
            return _is_meta_graph(wire, part.start, part.end)
        if part.number != 1 or part.wire != VARINT:
            return False
    return False


def _is_meta_graph(wire: Wire, start: int, end: int) -> bool:
    """Whether it begins with fields of one, a graph of nodes among them."""
    for part in islice(wire.fields(start, end), _PROBED):
        if part.number not in _META_FIELDS or part.wire != BYTES:
            return False
        if part.number == 2:
            return _is_graph(wire, part)
    return False


def _is_graph(wire: Wire, message: Field) -> bool:
    first = next(wire.fields(message.start, message.end), None)
    if first is None or first.number != 1:
        return first is not None and first.number in _GRAPH_FIELDS
    return _is_node(wire, first)


def _is_node(wire: Wire, message: Field) -> bool:
    """Whether a message begins with a name and an operator."""
    fields = wire.fields(message.start, message.end)
    name, operator = next(fields, None), next(fields, None)
    if name is None or operator is None or (name.number, name.wire, operator.number, operator.wire) != (1, 2, 2, 2):
        return False
    short = 0 < name.end - name.start < 4096 and operator.end - operator.start < 256
    return short and _OPERATOR.fullmatch(wire.text(operator)) is not None
