"""YAML: configuration of training runs, Kubernetes, compose, KServe, MLflow and workflows."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.codebase._language import Language
from verifier.codebase._mention import Mention
from verifier.codebase._tree import WORTH, Leaf, Table, Tree, find_in

LANGUAGE = Language("yaml", suffixes=(".yaml", ".yml"), names="mlmodel")

MOST = 200_000
"""Nodes read of a file."""


def find(text: str) -> Iterator[Mention]:
    """The models a file names.

    Raises:
        ValueError: it is no YAML.
    """
    if not WORTH.search(text):
        return
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        documents = list(yaml.compose_all(text, Loader=loader))
        trees = [_tree(document, set()) for document in documents]
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(str(error).splitlines()[0]) from error
    for tree in trees:
        yield from find_in(tree)


def _tree(node: object, seen: set[int]) -> Tree:
    """Of a node; what stands there by an alias is read where it is anchored."""
    import yaml

    if id(node) in seen:
        return None
    seen.add(id(node))
    if len(seen) > MOST:
        raise ValueError(f"it has more than {MOST} nodes")
    if isinstance(node, yaml.MappingNode):
        return Table([(str(key.value), _tree(value, seen)) for key, value in node.value])
    if isinstance(node, yaml.SequenceNode):
        return [_tree(item, seen) for item in node.value]
    if isinstance(node, yaml.ScalarNode):
        block = node.style in ("|", ">")
        return Leaf(node.value, node.start_mark.line + 1 + block)
    return None
