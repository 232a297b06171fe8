"""A graph of symbols: what runs outside of MXNet, and whether nodes take what is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from verifier.errors import Malformed
from verifier.formats._json import Json, pointer
from verifier.formats._mxnet import CUSTOM, MALFORMED, POINTER
from verifier.records import Artifact, Evidence, Finding, visible

_POINTERS: Final = frozenset({"_Native", "_NDArray"})
"""Operators whose attribute `info` is an address in memory of functions to call (python/mxnet/operator.py)."""

_LONGEST: Final = 4096
"""Characters of a name: matching longer ones took time without bound (CVE-2022-24294)."""

_MOST: Final = 100
"""Findings of one graph."""

_DEEPEST: Final = 32


def inspect_symbol(artifact: Artifact, value: Json, how: str) -> Iterator[Finding]:
    """Judges a graph, and those within its nodes."""
    told = 0
    stack: list[tuple[Mapping[str, Json], str, int]] = [(value if isinstance(value, dict) else {}, "", 0)]
    while stack:
        graph, place, depth = stack.pop()
        try:
            nodes = _nodes(graph)
        except Malformed as error:
            yield _finding(artifact, how, (MALFORMED, place), f"MXNet would read past its nodes: {error.message}.")
            return
        for index, node in enumerate(nodes):
            where = place + pointer("nodes", index)
            for rule, message in _judged(node):
                told += 1
                if told <= _MOST:
                    yield _finding(artifact, how, (rule, where), message)
            inner = node.get("subgraphs")
            if isinstance(inner, list) and depth < _DEEPEST:
                stack += [(sub, where, depth + 1) for sub in inner if isinstance(sub, dict)]


def _nodes(graph: Mapping[str, Json]) -> list[dict[str, Json]]:
    """The nodes, each of which takes only what comes before it."""
    listed = graph.get("nodes")
    nodes = [node for node in listed if isinstance(node, dict)] if isinstance(listed, list) else []
    if not isinstance(listed, list) or len(nodes) != len(listed):
        raise Malformed("a node is no object")
    for index, node in enumerate(nodes):
        _entries(node.get("inputs", []), index, f"node {index}")
        _entries([[number] for number in _list(node.get("control_deps", []))], len(nodes), f"node {index}")
        if len(str(node.get("name", ""))) > _LONGEST:
            raise Malformed(f"the name of node {index} has more than {_LONGEST} characters")
    _entries(graph.get("heads", []), len(nodes), "a head")
    _entries([[number] for number in _list(graph.get("arg_nodes", []))], len(nodes), "an argument")
    return nodes


def _entries(entries: Json, end: int, what: str) -> None:
    for entry in _list(entries):
        numbers = _list(entry)
        if not numbers or not all(type(number) is int and number >= 0 for number in numbers):
            raise Malformed(f"{what} does not say which node it takes")
        first = numbers[0]
        if not isinstance(first, int) or first >= end:
            raise Malformed(f"{what} takes node {first} of {end}")


def _list(value: Json) -> list[Json]:
    if not isinstance(value, list):
        raise Malformed("a list of nodes is none")
    return value


def _judged(node: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    operator = node.get("op")
    attributes = next((node[key] for key in ("attrs", "attr", "param") if isinstance(node.get(key), dict)), {})
    if operator in _POINTERS:
        yield POINTER, f"The operator {operator} calls functions at the address in memory that the model names."
    elif operator == "Custom":
        kind = attributes.get("op_type") if isinstance(attributes, dict) else None
        shown = visible(str(kind), 80)
        yield CUSTOM, f"The operator {shown} is Python code that must be registered under that name."


def _finding(artifact: Artifact, how: str, what: tuple[str, str], message: str) -> Finding:
    rule, place = what
    return Finding(rule, (Evidence(artifact.name, message, how, pointer=place),), message)
