"""A graph as its nodes name each other: only read where what a model computes is asked, not what it is made of.

Source: onnx/onnx.proto of onnx 1.23. Payloads of tensors are stepped over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Final

from verifier.formats._bounds import bounded
from verifier.formats._onnx.model import MAX_NESTING
from verifier.formats._protobuf.wire import Field, Wire

_COUNTED: Final = frozenset({"axes", "value", "value_ints"})
"""Attributes that name axes, and those in which a constant holds more than one number."""


@dataclass(slots=True)
class Node:
    """An operator and what it is applied to.

    Args:
        at: its first byte.
        name: of the operator.
        domain: of the operator.
        inputs: names of values; empty where an optional one is left out.
        outputs: names of values.
        axes: how many axes an attribute names.
        bodies: graphs in its attributes, in their order.
    """

    at: int
    name: str = ""
    domain: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    axes: int = 0
    bodies: list[Graph] = field(default_factory=list)


@dataclass(slots=True)
class Graph:
    """A graph, or the body of a function.

    Args:
        nodes: in the order written.
        inputs: name to sizes of its axes, 0 where a size is not fixed, None where no shape is declared; weights that
            stand among them as in old files are none.
        outputs: names of values.
        counts: how many numbers a weight or a constant holds, by name.
    """

    nodes: list[Node] = field(default_factory=list)
    inputs: dict[str, tuple[int, ...] | None] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Program:
    """The graph of a model and the functions it defines, by domain and name."""

    graph: Graph = field(default_factory=Graph)
    functions: dict[tuple[str, str], Graph] = field(default_factory=dict)


class GraphReader:
    """Reads what a walk has found to be a model.

    Args:
        wire: over the artifact, which is one ModelProto.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def program(self) -> Program:
        """The graph and the functions.

        Raises:
            Malformed: the bytes are no model.
            BudgetExceeded: they are more than is inspected.
        """
        program = Program()
        for part in self._wire.fields(0, self._wire.size):
            if (part.number, part.wire) == (7, 2):
                program.graph = self._graph(part, 0)
            elif (part.number, part.wire) == (25, 2):
                self._function(part, program.functions)
        return program

    def _graph(self, message: Field, depth: int) -> Graph:
        graph = Graph()
        for part in self._wire.fields(message.start, message.end):
            match part.number:
                case 1 if depth <= MAX_NESTING:
                    self._node(part, depth, graph)
                case 5:
                    graph.counts[self._name(part, 8)] = self._elements(part)
                case 11:
                    graph.inputs[self._name(part, 1)] = self._sizes(part)
                case 12:
                    graph.outputs.append(self._name(part, 1))
        graph.inputs = {name: sizes for name, sizes in graph.inputs.items() if name not in graph.counts}
        return graph

    def _function(self, message: Field, functions: dict[tuple[str, str], Graph]) -> None:
        graph, named = Graph(), {1: "", 10: ""}
        for part in self._wire.fields(message.start, message.end):
            match part.number:
                case 1 | 10:
                    named[part.number] = self._wire.text(part)
                case 4:
                    graph.inputs[self._wire.text(part)] = None
                case 5:
                    graph.outputs.append(self._wire.text(part))
                case 7:
                    self._node(part, 0, graph)
        functions[named[10], named[1]] = graph

    def _node(self, message: Field, depth: int, graph: Graph) -> None:
        node = Node(message.start)
        for part in self._wire.fields(message.start, message.end):
            match part.number:
                case 1:
                    node.inputs.append(self._wire.text(part))
                case 2:
                    node.outputs.append(self._wire.text(part))
                case 4:
                    node.name = self._wire.text(part)
                case 7:
                    node.domain = self._wire.text(part)
                case 5:
                    self._attribute(part, depth, node)
        if node.name == "Constant" and node.outputs:
            graph.counts[node.outputs[0]] = node.axes
        graph.nodes.append(node)
        bounded(graph.nodes, "operators")

    def _attribute(self, message: Field, depth: int, node: Node) -> None:
        """Counts the axes of an attribute, or the numbers of a constant."""
        axes = 0
        for part in self._wire.fields(message.start, message.end):
            match part.number:
                case 5:
                    axes = self._elements(part)
                case 8:
                    axes += len(self._wire.numbers(part))
                case 6 | 11:
                    node.bodies.append(self._graph(part, depth + 1))
        if self._name(message, 1) in _COUNTED:
            node.axes = axes

    def _elements(self, tensor: Field) -> int:
        return prod(
            size
            for one in self._wire.fields(tensor.start, tensor.end)
            if one.number == 1
            for size in self._wire.numbers(one)
        )

    def _parts(self, message: Field, number: int) -> list[Field]:
        return [one for one in self._wire.fields(message.start, message.end) if (one.number, one.wire) == (number, 2)]

    def _name(self, message: Field, number: int) -> str:
        return "".join(self._wire.text(one) for one in self._parts(message, number)[-1:])

    def _sizes(self, message: Field) -> tuple[int, ...] | None:
        """Of a ValueInfoProto: type, tensor type, shape, axes."""
        for number in (2, 1, 2):
            parts = self._parts(message, number)
            if not parts:
                return None
            message = parts[-1]
        axes = (list(self._wire.fields(one.start, one.end)) for one in self._parts(message, 1))
        return tuple(next((one.value for one in axis if one.number == 1), 0) for axis in axes)
