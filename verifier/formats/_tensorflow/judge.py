"""Findings about graphs, whatever message they stand in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from operator import itemgetter
from typing import Final

from verifier.data.operators import Reach, operator
from verifier.formats._names import unsafe_name
from verifier.formats._tensorflow import FOREIGN, MACHINE, MALFORMED, PATH, PYTHON, UNREVIEWED
from verifier.formats._tensorflow.constants import NAMES
from verifier.formats._tensorflow.graph import Graph
from verifier.records import Artifact, Evidence, Fact, Finding, Value, visible

_RULE_OF: Final = {
    Reach.PYTHON: PYTHON,
    Reach.MACHINE: MACHINE,
    Reach.FEEDING: UNREVIEWED,
    Reach.UNKNOWN: UNREVIEWED,
}

_STREAMS: Final = ("stdout", "stderr", "log(info)", "log(warning)", "log(error)", "")
"""Where PrintV2 may write beside files."""

_MOST: Final = 50


def finding(artifact: Artifact, how: str, rule: str, message: str, offset: int) -> Finding:
    """A finding about a place of the file."""
    return Finding(rule, (Evidence(artifact.name, message, how, min(offset, artifact.size)),), message)


def judged_operators(
    artifact: Artifact, how: str, operators: Mapping[str, int], functions: Collection[str]
) -> Iterator[Finding]:
    """What operators do beside computing.

    Args:
        artifact: the file.
        how: the module that looks.
        operators: name to the offset of the first node.
        functions: names of the functions that graphs define, which nodes call like operators; none may take the name
            of an operator of TensorFlow.
    """
    count = 0
    for name, offset in sorted(operators.items(), key=itemgetter(1)):
        known = operator(name)
        if known is None or (known.reach is Reach.UNKNOWN and name in functions):
            continue
        count += 1
        if count <= _MOST:
            message = f"The graph uses the operator {visible(name, 80)}, which {known.why}."
            yield finding(artifact, how, _RULE_OF[known.reach], message, offset)


def judged_graph(artifact: Artifact, how: str, graph: Graph) -> Iterator[Finding]:
    """Operators, the places they are given, and constants that are not what they say."""
    yield from judged_operators(artifact, how, graph.operators, graph.functions)
    for offset, name, address in graph.addresses[:_MOST]:
        if why := _unsafe(name, address):
            message = f"The operator {name} is given the path {visible(address, 80)!r}: {why}."
            yield finding(artifact, how, FOREIGN if name.startswith("Restore") else PATH, message, offset)
    for offset, flaw in graph.flaws[:_MOST]:
        yield finding(artifact, how, MALFORMED, f"The graph contradicts itself: {visible(flaw)}.", offset)


def graph_facts(artifact: Artifact, how: str, graph: Graph) -> Iterator[Fact]:
    """Counts."""
    dtypes = ((NAMES.get(dtype, str(dtype)), count) for dtype, count in graph.constants.items())
    facts: dict[str, Value] = {
        "tensor-count": graph.constants.total(),
        "parameter-count": graph.parameters,
        "tensor-dtypes": tuple(sorted(dtypes)),
        "graph-nodes": graph.nodes,
    }
    for kind, value in facts.items():
        yield Fact(kind, value, Evidence(artifact.name, f"{kind} {value}", how, 0))


def _unsafe(operator_name: str, address: str) -> str | None:
    """Why a place is none a model has reason to name."""
    if operator_name == "PrintV2":
        return None if address in _STREAMS else "what it prints goes to a file"
    if "://" in address:
        return "it is a URL"
    return unsafe_name(address)
