"""A model as one sequence of operators: its branches, loops and functions written out where they are used."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import zip_longest
from typing import Final, NamedTuple

from verifier.errors import BudgetExceeded
from verifier.formats._onnx.graph import Graph, Node, Program

MOST: Final = 1_000_000
"""Names of values, with functions written out; the largest models have some hundred thousand."""

_DEEP: Final = 100
"""Branches, loops and calls within each other that are followed."""

Name = tuple[int, str]
"""A value: the number of the graph, branch or call it belongs to, 0 for the outermost, and its name there."""

_Scope = ChainMap[str, int]


class Step(NamedTuple):
    """One operator.

    Args:
        name: its own.
        domain: of the operator.
        inputs: values it is applied to.
        outputs: values it makes.
        at: where its node stands.
        axes: how many axes it names; 0 where it names none, or where that is computed.
    """

    name: str
    domain: str
    inputs: tuple[Name, ...]
    outputs: tuple[Name, ...]
    at: int
    axes: int = 0


def written_out(program: Program) -> list[Step]:
    """Every operator. What `If` and `Loop` give is told as one operator of three operands: the answer, and two ways.

    Raises:
        BudgetExceeded: there are more than are followed.
    """
    writer = _Writer(program)
    writer.write(program.graph, ChainMap(), ())
    return writer.steps


def ordered(steps: list[Step]) -> Iterator[Step]:
    """Every operator after those it depends on, whatever their order in the file; none of a graph with a circle."""
    makers = {name: place for place, step in enumerate(steps) for name in step.outputs}
    needs = {place: [makers[name] for name in step.inputs if name in makers] for place, step in enumerate(steps)}
    try:
        yield from [steps[place] for place in TopologicalSorter(needs).static_order()]
    except CycleError:
        return


def reaching(steps: list[Step], outputs: Iterable[str]) -> set[Name]:
    """The values that the outputs of the model depend on."""
    makers = {name: step for step in steps for name in step.outputs}
    unseen: list[Name] = [(0, name) for name in outputs]
    wanted = set(unseen)
    while unseen:
        step = makers.get(unseen.pop())
        new = set(step.inputs) - wanted if step else set()
        wanted |= new
        unseen += new
    return wanted


class _Writer:
    """Writes out one program."""

    def __init__(self, program: Program) -> None:
        self.steps: list[Step] = []
        self._functions = program.functions
        self._names = 0
        self._counts: dict[Name, int] = {(0, name): count for name, count in program.graph.counts.items()}
        self._scopes = 0
        self._depth = 0

    def write(self, graph: Graph, scope: _Scope, calls: tuple[tuple[str, str], ...]) -> None:
        """Writes the nodes of a graph, whose values belong to a scope."""
        self._depth += 1
        if self._depth > _DEEP:
            raise BudgetExceeded(f"branches, loops and functions are nested more than {_DEEP} deep")
        for node in graph.nodes:
            inputs, outputs = _found(node.inputs, scope), _found(node.outputs, scope)
            called = (node.domain, node.name)
            if called in self._functions and called not in calls:
                function = self._functions[called]
                inner = self._enter(function, ChainMap())
                self._alias(node, _found(function.inputs, inner), inputs)
                self.write(function, inner, (*calls, called))
                self._alias(node, outputs, _found(function.outputs, inner))
            elif node.bodies:
                ends = []
                for body in node.bodies:
                    inner = self._enter(body, scope)
                    self._alias(node, _found(body.inputs, inner), inputs)
                    self.write(body, inner, calls)
                    ends.append(_found(body.outputs, inner))
                self._leave(node, inputs, outputs, ends)
            else:
                axes = node.axes or self._counts.get(inputs[1], 0) if len(inputs) > 1 else node.axes
                self._add(Step(node.name, node.domain, inputs, outputs, node.at, axes))
        self._depth -= 1

    def _enter(self, graph: Graph, scope: _Scope) -> _Scope:
        self._scopes += 1
        self._spend(len(graph.inputs) + len(graph.counts))
        made = (name for node in graph.nodes for name in node.outputs)
        self._counts |= {(self._scopes, name): count for name, count in graph.counts.items()}
        return scope.new_child(dict.fromkeys((*graph.inputs, *made, *graph.counts), self._scopes))

    def _leave(
        self, node: Node, inputs: tuple[Name, ...], outputs: tuple[Name, ...], ends: list[tuple[Name, ...]]
    ) -> None:
        """What comes out of branches, or of a loop, which passes its inputs on where its body is never run."""
        if node.name == "If":
            ways = zip_longest(outputs, ends[0], ends[-1], fillvalue=(0, ""))
            answers = inputs[:1]
        elif node.name == "Loop":
            ways = zip_longest(outputs, ends[0][1:], inputs[2:], fillvalue=(0, ""))
            answers = inputs[:2]
        else:
            self._alias(node, outputs, ends[0])
            return
        for output, *chosen in ways:
            self._add(Step(node.name, "", (*answers, *chosen), (output,), node.at))

    def _alias(self, node: Node, targets: tuple[Name, ...], sources: tuple[Name, ...]) -> None:
        """The same values under other names."""
        self._add(Step("Identity", "", (), (), node.at))
        for target, source in zip(targets, sources, strict=False):
            self._add(Step("Identity", "", (source,), (target,), node.at))

    def _add(self, step: Step) -> None:
        self._spend(1 + len(step.inputs) + len(step.outputs))
        self.steps.append(step)

    def _spend(self, names: int) -> None:
        self._names += names
        if self._names > MOST:
            raise BudgetExceeded(f"the graph names more than {MOST} values, with its functions written out")


def _found(names: Iterable[str], scope: _Scope) -> tuple[Name, ...]:
    return tuple((scope.get(name, 0), name) for name in names)
