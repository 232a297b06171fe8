"""The walk through a GraphDef: operators of the graph and of its functions, constants, and paths given to them.

Source: tensorflow/core/framework/graph.proto, node_def.proto, function.proto and attr_value.proto of TensorFlow 2.21.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from verifier.formats._bounds import bounded
from verifier.formats._protobuf.wire import BYTES, Field, Wire
from verifier.formats._tensorflow.constants import Constant, read_constant

PATHS: Final = frozenset(
    {"Restore", "RestoreSlice", "RestoreV2", "Save", "SaveSlices", "SaveV2", "ShardedFilename", "MergeV2Checkpoints"}
)
"""Operators of checkpoints: their first input is a path, which a genuine graph is fed or computes."""

_FORWARDING: Final = frozenset({"Identity", "Pack", "ShardedFilename", "Snapshot", "StopGradient", "StringJoin"})
"""Operators whose result begins as their first input does."""

_ADDRESSES: Final = {"PrintV2": "output_stream", "DebugIdentity": "debug_urls", "DebugIdentityV2": "debug_urls"}
"""Operators that write to the place an attribute names."""

_MOST: Final = 100_000
"""Texts of constants that are remembered."""

_SHOWN: Final = 100
"""Constants that contradict themselves that are remembered."""

_MOST_STEPS: Final = 1000
"""Nodes a path is followed through; genuine ones go through a handful."""

_MAX_NAME: Final = 4096


@dataclass(slots=True)
class Graph:
    """What graphs hold.

    Args:
        operators: name to the offset of the first node.
        functions: names of the functions they define.
        counts: nodes in all.
        constants: how many constants of each data type.
        parameters: elements of the constants.
        contents: ranges of the constants' numbers.
        flaws: offset and what is wrong with a constant.
        addresses: offset, operator and the place it is given.
    """

    operators: dict[str, int] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    nodes: int = 0
    constants: Counter[int] = field(default_factory=Counter)
    parameters: int = 0
    contents: list[tuple[int, int]] = field(default_factory=list)
    flaws: list[tuple[int, str]] = field(default_factory=list)
    addresses: list[tuple[int, str, str]] = field(default_factory=list)


class GraphWalk:
    """Walks graphs of one artifact.

    Args:
        wire: over the artifact.
    """

    def __init__(self, wire: Wire) -> None:
        self.graph = Graph()
        self._wire = wire
        self._texts: dict[tuple[int, str], str] = {}
        self._fed: list[tuple[int, str, int, str]] = []
        self._forwarded: dict[tuple[int, str], str] = {}

    def run(self, start: int, end: int) -> None:
        """Adds the GraphDef that fills a range.

        Raises:
            Malformed, BudgetExceeded: as walking does.
        """
        for part in self._wire.fields(start, end):
            if part.wire != BYTES:
                continue
            if part.number == 1:
                self._node(part, start)
            elif part.number == 2:
                self._library(part)
        self._resolve()

    def _library(self, message: Field) -> None:
        for function in self._wire.fields(message.start, message.end):
            if function.number != 1 or function.wire != BYTES:
                continue
            name = ""
            for part in self._wire.fields(function.start, function.end):
                if part.number == 1 and part.wire == BYTES:
                    name = self._last_text(part) or name
                elif part.number == 3 and part.wire == BYTES:
                    self._node(part, function.start)
            self.graph.functions.add(name)
            bounded(self.graph.functions, "functions")

    def _node(self, message: Field, scope: int) -> None:
        name = operator = first = ""
        attributes: list[Field] = []
        for part in self._wire.fields(message.start, message.end):
            if part.wire != BYTES:
                continue
            if part.number == 2:
                operator = self._wire.text(part, _MAX_NAME)
            elif part.number == 5:
                attributes.append(part)
            elif part.number == 1:
                name = self._wire.text(part, _MAX_NAME)
            elif part.number == 3 and not first:
                first = self._wire.text(part, _MAX_NAME)
        graph = self.graph
        graph.nodes += 1
        graph.operators.setdefault(operator, message.start)
        bounded(graph.operators, "operators")
        if operator == "Const":
            self._constant(name, attributes, scope)
        elif operator in _ADDRESSES:
            self._address(operator, attributes, message.start)
        if operator in PATHS or operator in _FORWARDING:
            self._path(name, operator, first.partition(":")[0], scope, message.start)

    def _path(self, name: str, operator: str, source: str, scope: int, offset: int) -> None:
        """An operator that takes a path, or hands one on."""
        if operator in PATHS:
            self._fed.append((scope, source, offset, operator))
            bounded(self._fed, "operators of checkpoints")
        if operator in _FORWARDING:
            self._forwarded[scope, name] = source
            bounded(self._forwarded, "operators that hand texts on")

    def _constant(self, name: str, attributes: list[Field], scope: int) -> None:
        for _, value in self._values(attributes):
            for part in self._wire.fields(value.start, value.end):
                if part.number == 8 and part.wire == BYTES:
                    self._count(name, read_constant(self._wire, part), scope, part.start)

    def _count(self, name: str, constant: Constant, scope: int, offset: int) -> None:
        graph = self.graph
        graph.constants[constant.dtype] += 1
        graph.parameters += constant.elements
        if constant.content is not None:
            graph.contents.append(constant.content)
            bounded(graph.contents, "constants")
        if constant.flaw and len(graph.flaws) < _SHOWN:
            graph.flaws.append((offset, f"the constant {name} {constant.flaw}"))
        if constant.text and len(self._texts) < _MOST:
            self._texts[scope, name] = constant.text

    def _address(self, operator: str, attributes: list[Field], offset: int) -> None:
        """Places an operator writes to: text, or a list of texts."""
        bounded(self.graph.addresses, "places that operators write to")
        for key, value in self._values(attributes):
            if key != _ADDRESSES[operator]:
                continue
            for part in self._wire.fields(value.start, value.end):
                if part.number == 2 and part.wire == BYTES:
                    self.graph.addresses.append((offset, operator, self._wire.text(part, _MAX_NAME)))
                elif part.number == 1 and part.wire == BYTES:
                    for item in self._wire.fields(part.start, part.end):
                        if item.number == 2 and item.wire == BYTES:
                            self.graph.addresses.append((offset, operator, self._wire.text(item, _MAX_NAME)))

    def _values(self, attributes: list[Field]) -> list[tuple[str, Field]]:
        """Names and values of attributes, which stand as a map."""
        found: list[tuple[str, Field]] = []
        for attribute in attributes:
            parts = [part for part in self._wire.fields(attribute.start, attribute.end) if part.wire == BYTES]
            key = "".join(self._wire.text(part, _MAX_NAME) for part in parts if part.number == 1)
            found += [(key, part) for part in parts if part.number == 2]
        return found

    def _last_text(self, message: Field) -> str:
        """The name in a signature: of several, protobuf takes the last."""
        found = ""
        for part in self._wire.fields(message.start, message.end):
            if part.number == 1 and part.wire == BYTES:
                found = self._wire.text(part, _MAX_NAME)
        return found

    def _resolve(self) -> None:
        """Paths that are constants, for the operators that take them."""
        for scope, source, offset, operator in self._fed:
            if text := self._texts.get((scope, self._origin(scope, source))):
                self.graph.addresses.append((offset, operator, text))
        self._fed.clear()

    def _origin(self, scope: int, source: str) -> str:
        """The node whose text a path begins with, however often it is handed on."""
        for _ in range(_MOST_STEPS):
            if (scope, source) not in self._forwarded:
                break
            source = self._forwarded[scope, source]
        return source
