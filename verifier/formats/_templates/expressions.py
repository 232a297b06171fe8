"""What expressions reach for and call, held against what chat templates use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from jinja2 import nodes
from jinja2.filters import FILTERS as DEFAULT_FILTERS
from jinja2.tests import TESTS as DEFAULT_TESTS

from verifier.formats._templates.parsing import within
from verifier.formats._templates.vocabulary import (
    BY_ATTRIBUTE,
    BY_NAME,
    FILTERS,
    FRAMES,
    FUNCTIONS,
    INTERNAL,
    METHODS,
    RUNNERS,
)

UNSAFE = "template-unsafe-expression"
UNKNOWN = "template-unknown-call"
EXTERNAL = "template-loads-template"

MAX_RANGE = 100_000
"""Items a `range` may have (jinja2.sandbox.MAX_RANGE)."""

MAX_REPEAT = 1_000_000
"""Times a text or list may be repeated, or columns it may be padded to."""

MAX_PIECES = 100
"""Constants and operators of a text that is put together."""

_EXTERNAL = (nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends)


class Sight(NamedTuple):
    """What was seen in a template: the rule it breaks, the line it stands in, and words that follow `the template`."""

    rule: str
    line: int
    what: str


def sights(tree: nodes.Template) -> Iterator[Sight]:
    """Everything in a template that no chat template needs, in order of the text."""
    every = within(tree)
    macros = {node.name for node in every if isinstance(node, nodes.Macro)}
    for node in every:
        for rule, what in _judged(node, macros):
            yield Sight(rule, node.lineno, what)


def _judged(node: nodes.Node, macros: set[str]) -> Iterator[tuple[str, str]]:
    if isinstance(node, nodes.Getattr | nodes.Getitem | nodes.NSRef):
        yield from _access(node)
    elif isinstance(node, nodes.Const | nodes.Concat | nodes.Add | nodes.Mod | nodes.Mul):
        yield from _constant(node)
    elif isinstance(node, nodes.Call):
        yield from _call(node, macros)
    elif isinstance(node, nodes.Filter):
        yield from _filter(node)
    elif isinstance(node, nodes.Test) and node.name not in DEFAULT_TESTS:
        yield UNKNOWN, f"uses the test {node.name}, which no engine of chat templates has"
    elif isinstance(node, _EXTERNAL):
        yield EXTERNAL, f"loads another template by {type(node).__name__.lower()}"


def _access(node: nodes.Getattr | nodes.Getitem | nodes.NSRef) -> Iterator[tuple[str, str]]:
    name = text_of(node.arg) if isinstance(node, nodes.Getitem) else node.attr
    if isinstance(node, nodes.Getitem):
        if name is not None and (name in FRAMES or INTERNAL.search(name)):
            yield UNSAFE, f"reaches for {name}"
    elif name is not None:
        yield from _attribute(name)


def _constant(node: nodes.Const | nodes.BinExpr | nodes.Concat) -> Iterator[tuple[str, str]]:
    """Names of internals in texts, also in pieces; they are looked up by filters, `format` and subscripts."""
    if isinstance(node, nodes.Mul):
        if any(isinstance(side, nodes.Const) and _many(side.value, MAX_REPEAT) for side in (node.left, node.right)):
            yield UNKNOWN, f"multiplies by more than {MAX_REPEAT}"
        return
    text = text_of(node)
    match = INTERNAL.search(text) if text is not None else None
    if match:
        yield UNSAFE, f"holds the name {match[0]} as text"


def _call(node: nodes.Call, macros: set[str]) -> Iterator[tuple[str, str]]:
    target = node.node
    if isinstance(target, nodes.Name):
        yield from _function(target.name, node, macros)
    elif isinstance(target, nodes.Getattr):
        yield from _method(target)
    else:
        yield UNKNOWN, "calls what an expression yields"


def _function(name: str, node: nodes.Call, macros: set[str]) -> Iterator[tuple[str, str]]:
    if name in macros:
        return
    if name in RUNNERS:
        yield UNSAFE, f"calls {name}"
    elif name not in FUNCTIONS:
        yield UNKNOWN, f"calls {name}, which no engine of chat templates has"
    elif name == "range" and any(isinstance(arg, nodes.Const) and _many(arg.value, MAX_RANGE) for arg in node.args):
        yield UNKNOWN, f"counts further than {MAX_RANGE}"


def _method(target: nodes.Getattr) -> Iterator[tuple[str, str]]:
    name = target.attr
    if name in RUNNERS:
        yield UNSAFE, f"calls {name}"
    elif name in {"format", "format_map"}:
        text = text_of(target.node)
        if text is None or "." in text or "[" in text:
            yield UNKNOWN, f"calls {name} on a text that may look up attributes"
    elif name not in METHODS and not name.startswith("_"):
        yield UNKNOWN, f"calls the method {name}, which neither texts nor lists nor mappings have"


def _filter(node: nodes.Filter) -> Iterator[tuple[str, str]]:
    if node.name == "attr":
        names: list[nodes.Expr] = list(node.args)
    elif node.name in BY_ATTRIBUTE:
        names = [item.value for item in node.kwargs if item.key == "attribute"]
        names += node.args[:1] if node.name not in {"map", "sort", "min", "max", "unique"} else []
    else:
        names = []
    if node.name not in DEFAULT_FILTERS and node.name not in FILTERS:
        yield UNKNOWN, f"uses the filter {node.name}, which no engine of chat templates has"
    for name in names:
        yield from _named(name)
    if node.name in BY_NAME:
        position = 1 if node.name.endswith("attr") else 0
        if any(text_of(arg) in {None, "attr"} for arg in node.args[position : position + 1]):
            yield UNKNOWN, f"uses the filter {node.name} with another that looks up attributes"
    if node.name in {"center", "indent"} and any(
        isinstance(arg, nodes.Const) and _many(arg.value, MAX_REPEAT) for arg in node.args
    ):
        yield UNKNOWN, f"pads to more than {MAX_REPEAT} columns"


def _named(name: nodes.Expr) -> Iterator[tuple[str, str]]:
    """An attribute looked up by the value of an expression; that of a constant is seen as a constant, too."""
    text = text_of(name)
    if text is None and not (isinstance(name, nodes.Const) and isinstance(name.value, int)):
        yield UNKNOWN, "looks up an attribute whose name an expression yields"
    for part in (text or "").split("."):
        yield from _attribute(part)


def _attribute(name: str) -> Iterator[tuple[str, str]]:
    if name in FRAMES or "__" in name:
        yield UNSAFE, f"reaches for {name}"
    elif name.startswith("_"):
        yield UNKNOWN, f"reaches for {name}, which is private"


def text_of(node: nodes.Node | None) -> str | None:
    """The text an expression of constants yields; None where it is no such expression, or not worth the time."""
    parts: list[str] = []
    stack: list[nodes.Node | None] = [node]
    for _ in range(MAX_PIECES):
        if not stack:
            return "".join(parts)
        piece = stack.pop()
        if isinstance(piece, nodes.Const | nodes.TemplateData):
            value = piece.value if isinstance(piece, nodes.Const) else piece.data
            if not isinstance(value, str):
                return None
            parts.append(value)
        elif isinstance(piece, nodes.Concat):
            stack.extend(reversed(piece.nodes))
        elif isinstance(piece, nodes.Add):
            stack.extend((piece.right, piece.left))
        else:
            return None
    return None


def _many(value: object, limit: int) -> bool:
    return isinstance(value, int) and abs(value) > limit
