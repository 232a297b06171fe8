"""The walk through a ModelProto: operators, functions, tensors, and the shapes that operators make tensors of.

Source: onnx/onnx.proto of onnx 1.23. Payloads of tensors are stepped over.
"""

from __future__ import annotations

from math import prod
from typing import Final

from verifier.errors import Malformed
from verifier.formats._bounds import bounded
from verifier.formats._onnx.contents import Model
from verifier.formats._onnx.tensors import Tensor, read_tensor, shape_in
from verifier.formats._protobuf.wire import BYTES, Field, Wire

MAX_NESTING: Final = 30
"""Graphs within attributes of nodes of graphs: each takes three of the hundred messages protobuf's parsers follow."""

MAX_MADE: Final = 1 << 34
"""Elements an operator may make out of a few numbers: more would take 16 GiB even as bytes."""

_SMALL: Final = 1024
"""Bytes of a node whose operator and attributes are remembered: most nodes repeat those of another."""

_REMEMBERED: Final = 10_000
"""Operators with attributes that are remembered."""

_SHOWN: Final = 100
"""Tensors that contradict themselves that are remembered."""

_LEADING: Final = (b"\x0a", b"\x12", b"\x1a")
"""Tags of a node's inputs, outputs and name."""

_OUTPUT: Final = 2
_OP_TYPE: Final = 4
_DOMAIN: Final = 7
_NAMED: Final = frozenset({_OUTPUT, _OP_TYPE, _DOMAIN})

_SIZED: Final = {"ConstantOfShape": 0, "Expand": 1, "Tile": 1}
"""Operators whose result is as large as a number says, and the input in which it stands."""

_MODEL: Final = frozenset({4, 5, 6, 26})
_GRAPH: Final = frozenset({2, 10, 11, 12, 13, 14, 16})
_FUNCTION: Final = frozenset({4, 5, 6, 8, 9, 12, 13, 14})
_NODE: Final = frozenset({3, 6, 8, 9, 10})
_ATTRIBUTE: Final = frozenset({1, 2, 3, 4, 7, 8, 9, 13, 14, 15, 20, 21})
"""Fields that are names, descriptions, types and plain numbers."""


class Walk:
    """Walks one model.

    Args:
        wire: over the artifact, which is one ModelProto.
    """

    def __init__(self, wire: Wire) -> None:
        self.model = Model()
        self._wire = wire
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._sized: list[tuple[str, str, int]] = []
        self._tails: set[bytes] = set()

    def run(self) -> None:
        """Fills `model`, as far as the bytes can be read.

        Raises:
            Malformed: they are no model.
            BudgetExceeded: they are more than is inspected.
        """
        wire, model = self._wire, self.model
        for part in wire.fields(0, wire.size):
            match part.number, part.wire:
                case 1, 0:
                    pass
                case ((2 | 3), 2):
                    model.producer = f"{model.producer} {wire.text(part, 1 << 12)}".strip()
                case 7, 2:
                    model.graphs += 1
                    self._graph(part, 0)
                case 8, 2:
                    domain, version = self._opset(part)
                    model.opsets[domain] = version
                case 14, 2:
                    model.metadata.append(self._pair(part))
                    bounded(model.metadata, "remarks")
                case 20, 2:
                    self._training(part)
                case 25, 2:
                    self._function(part)
                case _:
                    self._leaf(part, _MODEL)
        self._find_bombs()

    def _graph(self, message: Field, depth: int) -> None:
        if depth > MAX_NESTING:
            raise Malformed(f"graphs are nested more than {MAX_NESTING} deep", message.start)
        for part in self._wire.fields(message.start, message.end):
            match part.number, part.wire:
                case 1, 2:
                    self._node(part, depth)
                case 5, 2:
                    tensor = self._tensor(part)
                    self.model.parameters += tensor.elements if not tensor.flaw else 0
                    self._remember(tensor.name, tensor)
                case 15, 2:
                    self._sparse(part)
                case _:
                    self._leaf(part, _GRAPH)

    def _function(self, message: Field) -> None:
        name = domain = ""
        for part in self._wire.fields(message.start, message.end):
            match part.number, part.wire:
                case 1, 2:
                    name = self._wire.text(part)
                case 10, 2:
                    domain = self._wire.text(part)
                case 7, 2:
                    self._node(part, 0)
                case 11, 2:
                    self._attribute(part, 0)
                case _:
                    self._leaf(part, _FUNCTION)
        self.model.functions.add((domain, name))
        bounded(self.model.functions, "functions")

    def _training(self, message: Field) -> None:
        for part in self._wire.fields(message.start, message.end):
            match part.number, part.wire:
                case ((1 | 2), 2):
                    self._graph(part, 1)
                case _:
                    self._leaf(part, frozenset({3, 4}))

    def _node(self, message: Field, depth: int) -> None:
        tail = self._tail(message)
        if tail in self._tails:
            return
        inputs: list[Field] = []
        named: dict[int, Field] = {}
        tensors: list[Tensor] = []
        plain = True
        for part in self._wire.fields(message.start, message.end):
            number = part.number if part.wire == BYTES else 0
            if number == 1:
                inputs.append(part)
            elif number in _NAMED:
                named[number] = part
            elif number == 5:
                found = self._attribute(part, depth)
                plain = plain and found is None
                tensors += found or []
            elif number not in _NODE:
                self._leaf(part, frozenset())
                plain = False
        name, domain = (self._wire.text(named[number]) if number in named else "" for number in (_OP_TYPE, _DOMAIN))
        self.model.operators.setdefault((domain, name), message.start)
        bounded(self.model.operators, "operators")
        if name == "Constant" and tensors and _OUTPUT in named:
            self._remember(self._wire.text(named[_OUTPUT]), tensors[0])
        elif name in _SIZED:
            self._note(name, inputs, message.start)
        elif plain and tail and len(self._tails) < _REMEMBERED:
            self._tails.add(tail)

    def _tail(self, message: Field) -> bytes:
        """What follows inputs, outputs and name in a small node; nothing where they do not come first."""
        if message.end - message.start > _SMALL:
            return b""
        node, at = self._wire.content(message, _SMALL), 0
        while node[at : at + 1] in _LEADING and at + 1 < len(node) and node[at + 1] < 0x80:
            at += 2 + node[at + 1]
        return node[at:]

    def _note(self, name: str, inputs: list[Field], offset: int) -> None:
        place = _SIZED[name]
        if len(inputs) > place:
            self._sized.append((name, self._wire.text(inputs[place]), offset))
            bounded(self._sized, "operators that make tensors")

    def _attribute(self, message: Field, depth: int) -> list[Tensor] | None:
        """Walks the graphs and tensors of an attribute: its own tensors; None where it is a plain value."""
        found: list[Tensor] | None = None
        for part in self._wire.fields(message.start, message.end):
            if part.number in _ATTRIBUTE:
                continue
            found = found or []
            match part.number, part.wire:
                case ((5 | 10), 2):
                    found.append(self._tensor(part))
                case ((6 | 11), 2):
                    self._graph(part, depth + 1)
                case ((22 | 23), 2):
                    self._sparse(part)
                case _:
                    self._leaf(part, frozenset())
        return found

    def _sparse(self, message: Field) -> None:
        for part in self._wire.fields(message.start, message.end):
            match part.number, part.wire:
                case ((1 | 2), 2):
                    self._tensor(part)
                case _:
                    self._leaf(part, frozenset({3}))

    def _tensor(self, message: Field) -> Tensor:
        tensor, model = read_tensor(self._wire, message), self.model
        model.tensors += 1
        model.dtypes[tensor.dtype] += 1
        model.payloads += tensor.payload
        bounded(model.payloads, "tensors")
        model.unknown += tensor.unknown
        bounded(model.unknown, "fields that ONNX does not define")
        if tensor.flaw and len(model.flawed) < _SHOWN:
            model.flawed.append(tensor)
        if tensor.is_external or tensor.external:
            model.external.append(tensor)
            bounded(model.external, "tensors in other files")
        return tensor

    def _remember(self, name: str, tensor: Tensor) -> None:
        if shape := shape_in(self._wire, tensor):
            self._shapes[name] = shape
            bounded(self._shapes, "shapes")

    def _find_bombs(self) -> None:
        for name, source, offset in self._sized:
            made = prod(self._shapes.get(source, ()))
            if made > MAX_MADE:
                self.model.bombs.append((offset, f"{name} makes {made} elements out of a few numbers"))

    def _opset(self, message: Field) -> tuple[str, int]:
        domain, version = "", 0
        for part in self._wire.fields(message.start, message.end):
            match part.number, part.wire:
                case 1, 2:
                    domain = self._wire.text(part)
                case 2, 0:
                    version = part.value
                case _:
                    self._leaf(part, frozenset())
        return domain, version

    def _pair(self, message: Field) -> tuple[str, str]:
        key = value = ""
        for part in self._wire.fields(message.start, message.end):
            match part.number, part.wire:
                case 1, 2:
                    key = self._shown(part)
                case 2, 2:
                    value = self._shown(part)
                case _:
                    self._leaf(part, frozenset())
        return key, value

    def _shown(self, part: Field) -> str:
        """The beginning of a text that may be long."""
        return self._wire.text(part._replace(end=min(part.end, part.start + 400)))

    def _leaf(self, part: Field, known: frozenset[int]) -> None:
        """A field without consequences, or one that the schema does not have."""
        if part.number not in known:
            self.model.unknown.append((part.start, part.end))
            bounded(self.model.unknown, "fields that ONNX does not define")
