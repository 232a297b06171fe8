"""Switches on the value of an input: a few numbers of it are compared, and the answer chooses what comes out.

Values are followed from the inputs through the graph, without computing any. What a switch is told by, and what it is
not, is said in the page of the rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Final, NamedTuple

from verifier.formats._onnx.graph import Program
from verifier.formats._onnx.steps import Name, Step, ordered, reaching, written_out

COMPARING: Final = frozenset({"Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"})

CHOOSING: Final = frozenset({"Add", "If", "Loop", "Max", "Min", "Mul", "Sub", "Where"})
"""Operators that can put one thing in the place of another, where one of their operands is an answer."""

_LEARNED: Final = frozenset(
    {
        *("Attention", "Conv", "ConvInteger", "ConvTranspose", "DeformConv", "Einsum", "GRU", "Gemm", "LSTM"),
        *("LinearClassifier", "LinearRegressor", "MatMul", "MatMulInteger", "QLinearConv", "QLinearMatMul", "RNN"),
        *("SVMClassifier", "SVMRegressor", "TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor"),
    }
)
"""Layers: what is behind one is the model's own computation, and no longer a number of the input."""

_STANDARD: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})

_APART: Final = frozenset({"ConstantOfShape", "EyeLike", "IsNaN", "Range", "Shape", "Size"})
"""Operators whose result depends on sizes, on a value that is one, or on what is missing."""

_FIRST: Final = frozenset(
    {
        *("CenterCropPad", "Expand", "GridSample", "OneHot", "Pad", "Reshape", "Resize", "Slice", "Split", "Squeeze"),
        *("Tile", "TopK", "Trilu", "Unsqueeze", "Upsample"),
    }
)
"""Operators whose further inputs are sizes and places."""

_FLAT: Final = frozenset({"Flatten", "GlobalAveragePool", "GlobalMaxPool", "Reshape"})
"""Operators whose result can have one axis beside the first."""

_SPREADING: Final = frozenset({"CumSum", "OneHot", "Scatter", "ScatterElements", "ScatterND"})
"""Operators that make masks of a few numbers, as of lengths."""

_AGREEING: Final = frozenset({"ReduceMax", "ReduceMin", "ReduceProd"})
"""Of answers: whether one is, or all are."""


class Value(NamedTuple):
    """What is known of a value; of one that depends on no input, nothing holds.

    Args:
        data: it is made of numbers of an input by other operators than layers.
        axes: along how many, beside the first, it may still hold more than a few numbers of an input.
        asked: it is made of answers to comparisons.
        switch: where the comparison stands that it answers, of a few numbers; 0 where it answers none.
        learned: it comes out of a layer.
    """

    data: bool = False
    axes: int = 0
    asked: bool = False
    switch: int = 0
    learned: bool = False

    @property
    def moves(self) -> bool:
        """It depends on an input."""
        return self.data or self.learned


_PLACES: Final = Value(axes=9)
"""Numbers of places: what is compared with them is a mask."""


class Gate(NamedTuple):
    """A switch.

    Args:
        name: of the operator that chooses.
        at: where it stands.
        asked_at: where the comparison stands.
    """

    name: str
    at: int
    asked_at: int


def may_choose(operators: Iterable[str]) -> bool:
    """Whether a model with these operators can have a switch, so that it is worth looking for one."""
    names = frozenset(operators)
    return not names.isdisjoint(COMPARING) and not names.isdisjoint(CHOOSING)


def find_gates(program: Program) -> list[Gate]:
    """The switches of a model, by their place.

    Raises:
        BudgetExceeded: with its functions written out, the model has more operators than are followed.
    """
    steps = written_out(program)
    wanted = reaching(steps, program.graph.outputs)
    values: dict[Name, Value] = {(0, name): _of_input(sizes) for name, sizes in program.graph.inputs.items()}
    found = []
    for step in ordered(steps):
        operands = [values.get(name, Value()) for name in step.inputs]
        gate = _chooses(step, operands)
        if gate and wanted.intersection(step.outputs):
            found.append(Gate(step.name, step.at, gate))
        values |= dict.fromkeys((name for name in step.outputs if name[1]), _follow(step, operands))
    return sorted(found, key=lambda gate: gate.at)


def _of_input(sizes: tuple[int, ...] | None) -> Value:
    """A single number is an option of the model, and one an example its length, rather than data."""
    if sizes is None:
        return Value(data=True, axes=1)
    if len(sizes) < 2 or prod(sizes) == 1:
        return Value()
    return Value(data=True, axes=sum(size != 1 for size in sizes[1:]))


def _follow(step: Step, operands: list[Value]) -> Value:
    """What is known of the results of an operator."""
    name = step.name
    if name in _APART:
        return _PLACES if name == "Range" else Value()
    if name in _FIRST:
        operands = operands[:1]
    moving = [one for one in operands if one.moves]
    if not moving:
        return max(operands, default=Value())
    if all(one.switch for one in moving):
        return moving[0]
    if _is_layer(step, operands) or any(one.learned for one in moving):
        return Value(learned=True)
    axes = _left(step, operands)
    asked = name in COMPARING or any(one.asked for one in moving)
    decided = axes == 0 and (name in COMPARING or (asked and name in _AGREEING))
    return Value(data=True, axes=axes, asked=asked, switch=step.at if decided else 0)


def _left(step: Step, operands: list[Value]) -> int:
    """Along how many axes the results of an operator may hold more than a few numbers."""
    name, axes = step.name, max(one.axes for one in operands)
    if name in _SPREADING:
        return _PLACES.axes
    if name == "Gather" and not operands[-1].moves:
        return 0
    if name == "Squeeze" or name.startswith("Reduce"):
        return max(axes - step.axes, 0) if step.axes else 0
    if name in {"ArgMax", "ArgMin"}:
        return max(axes - 1, 0)
    return min(axes, 1) if name in _FLAT else axes


def _is_layer(step: Step, operands: list[Value]) -> bool:
    """A table that is looked up by data is a layer too, and so is what no standard describes."""
    if step.name == "Gather" and len(operands) == 2:
        return not operands[0].moves
    return step.name in _LEARNED or step.domain not in _STANDARD


def _chooses(step: Step, operands: list[Value]) -> int:
    """Where the comparison stands whose answer an operator chooses by; 0 where it does not."""
    if step.name not in CHOOSING:
        return 0
    switch = next((one.switch for one in operands if one.switch), 0)
    return switch if any(one.learned for one in operands) else 0
