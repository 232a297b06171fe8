"""Branches taken for what somebody wrote, which then add addresses or instructions of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from jinja2 import nodes

from verifier.formats._templates.expressions import Sight
from verifier.formats._templates.parsing import within
from verifier.formats._templates.vocabulary import CONTENT, LURE

GATED = "template-gated-content"

SHOWN = 60
"""Characters of a lure that are shown."""

_SEARCHES = frozenset({"endswith", "find", "index", "startswith"})


@dataclass(slots=True)
class _Marks:
    """What nodes, by their `id`, and names hold: text constants, something people wrote, a lure."""

    worded: set[int] = field(default_factory=set)
    written: set[int] = field(default_factory=set)
    lured: dict[int, str] = field(default_factory=dict)
    written_names: set[str] = field(default_factory=set)
    lured_names: dict[str, str] = field(default_factory=dict)

    def spread(self, every: list[nodes.Node]) -> None:
        """From each node to those around it; `every` has them in order, outer ones first."""
        for node in reversed(every):
            children = [id(child) for child in node.iter_child_nodes()]
            if _is_text(node) or not self.worded.isdisjoint(children):
                self.worded.add(id(node))
            if self._is_written(node) or not self.written.isdisjoint(children):
                self.written.add(id(node))
            lure = self._lure(node) or next((self.lured[child] for child in children if child in self.lured), None)
            if lure:
                self.lured[id(node)] = lure

    def name(self, every: list[nodes.Node]) -> None:
        """From values to the names they are given."""
        for node in every:
            if isinstance(node, nodes.Assign | nodes.For):
                source = node.node if isinstance(node, nodes.Assign) else node.iter
                names = [item.name for item in within(node.target) if isinstance(item, nodes.Name | nodes.NSRef)]
                if id(source) in self.written or self._names_written(source):
                    self.written_names.update(names)
                if id(source) in self.lured:
                    self.lured_names.update(dict.fromkeys(names, self.lured[id(source)]))

    def _names_written(self, source: nodes.Node) -> bool:
        return any(isinstance(item, nodes.Name) and item.name in self.written_names for item in within(source))

    def _is_written(self, node: nodes.Node) -> bool:
        """Whether a value is what people wrote, or the time of day."""
        if isinstance(node, nodes.Name):
            return node.name in self.written_names or node.name == "strftime_now"
        if isinstance(node, nodes.Getitem):
            return isinstance(node.arg, nodes.Const) and node.arg.value in CONTENT
        return isinstance(node, nodes.Getattr) and node.attr in CONTENT

    def _lure(self, node: nodes.Node) -> str | None:
        if isinstance(node, nodes.Name):
            return self.lured_names.get(node.name)
        text = node.data if isinstance(node, nodes.TemplateData) else getattr(node, "value", None)
        match = LURE.search(text) if isinstance(text, str) else None
        return f"“{match.string[match.start() : match.start() + SHOWN]}”" if match else None


def gates(tree: nodes.Template) -> Iterator[Sight]:
    """Each branch that looks for words in a conversation, or at the date, and holds a lure; the outermost only."""
    every = within(tree)
    marks = _Marks()
    marks.spread(every)
    marks.name(every)
    marks.spread(every)
    reported: set[int] = set()
    for node in every:
        if not isinstance(node, nodes.If | nodes.CondExpr) or id(node) in reported:
            continue
        branches = list(node.iter_child_nodes(exclude=("test",)))
        lure = next((marks.lured[id(branch)] for branch in branches if id(branch) in marks.lured), None)
        if lure and any(_searches(item, marks) for item in within(node.test)):
            reported.update(id(item) for branch in branches for item in within(branch))
            yield Sight(GATED, node.lineno, f"adds {lure} where a conversation holds certain words")


def _searches(node: nodes.Node, marks: _Marks) -> bool:
    """Whether a condition looks for words in what people wrote."""
    if isinstance(node, nodes.Compare):
        operands = [node.expr, *(operand.expr for operand in node.ops)]
    elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr) and node.node.attr in _SEARCHES:
        operands = [node.node.node, *node.args]
    else:
        return False
    return any(id(item) in marks.worded for item in operands) and any(id(item) in marks.written for item in operands)


def _is_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Const) and isinstance(node.value, str)
