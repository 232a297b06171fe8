"""The numbers of a model by which XGBoost's native code indexes: counts, children, features, categories.

`Tree::LoadModel` and the predictors (src/tree/tree_model.cc, src/predictor) take most of them as they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any, Final

from verifier.errors import Malformed

_MOST: Final = (1 << 31) - 1
"""Trees, nodes, features or classes: signed 32-bit numbers count them."""

_COUNT: Final = re.compile(r"\d{1,10}")
_SCORE: Final = re.compile(r"\[?[-+0-9.eE,\s]*(nan|inf)?\]?", re.IGNORECASE)
_PER_NODE: Final = ("right_children", "parents", "split_indices", "split_conditions", "default_left")
_LEAF: Final = -1
_ROOTS: Final = (-1, _MOST)
"""What stands for the parent of a root."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a model consists of."""

    booster: str
    trees: int
    nodes: int


def check(model: Mapping[str, Any]) -> Summary:
    """Holds a model's numbers against each other; of what is missing XGBoost says so itself.

    Args:
        model: the document; arrays are sequences, of integers wherever they index.

    Raises:
        Malformed: they lead out of bounds, or there is no model.
    """
    learner = _part(model, "learner")
    parameters = _part(learner, "learner_model_param")
    features = _count(parameters, "num_feature", _MOST)
    groups = max(_count(parameters, "num_class"), _count(parameters, "num_target", 1), 1)
    if not _SCORE.fullmatch(str(parameters.get("base_score", "0"))):
        raise Malformed("base_score is no number")
    booster = _part(learner, "gradient_booster")
    name = booster.get("name")
    if name == "gblinear":
        return _linear(_part(booster, "model"), features, groups)
    if name == "dart":
        drops = _array(booster, "weight_drop")
        booster = _part(booster, "gbtree")
    elif name != "gbtree":
        raise Malformed("gradient_booster is none of gbtree, dart and gblinear")
    forest = _part(booster, "model")
    trees = _array(forest, "trees")
    if name == "dart" and len(drops) != len(trees):
        raise Malformed(f"weight_drop holds {len(drops)} weights for {len(trees)} trees")
    _forest(forest, len(trees), groups)
    nodes = 0
    for index, tree in enumerate(trees):
        try:
            nodes += _tree(tree, features)
        except Malformed as error:
            raise Malformed(f"tree {index}: {error.message}") from error
    return Summary(str(name), len(trees), nodes)


def _linear(model: Mapping[str, Any], features: int, groups: int) -> Summary:
    weights = len(_array(model, "weights"))
    if weights != (features + 1) * groups:
        raise Malformed(f"weights holds {weights} numbers for {features} features and {groups} outputs")
    return Summary("gblinear", 0, weights)


def _forest(model: Mapping[str, Any], trees: int, groups: int) -> None:
    if _count(_part(model, "gbtree_model_param"), "num_trees", trees) != trees:
        raise Malformed(f"num_trees is not {trees}")
    info = _integers(model, "tree_info")
    if "tree_info" in model and len(info) != trees:
        raise Malformed(f"tree_info speaks of {len(info)} trees and there are {trees}")
    _within(info, groups, "tree_info")
    if "iteration_indptr" in model:
        borders = _integers(model, "iteration_indptr")
        if len(borders) and (borders[0] != 0 or borders[-1] != trees or list(borders) != sorted(borders)):
            raise Malformed("iteration_indptr does not divide the trees")


def _tree(tree: object, features: int) -> int:
    if not isinstance(tree, Mapping):
        raise Malformed("it is no object")
    parameters = _part(tree, "tree_param")
    left, right = _integers(tree, "left_children"), _integers(tree, "right_children")
    nodes, outputs = _count(parameters, "num_nodes", len(left)), max(1, _count(parameters, "size_leaf_vector", 1))
    if not nodes or len(left) != nodes:
        raise Malformed(f"num_nodes is {nodes} and left_children holds {len(left)}")
    for key in _PER_NODE:
        if key in tree and len(_array(tree, key)) != nodes:
            raise Malformed(f"{key} does not hold one value for each of {nodes} nodes")
    weights = len(_array(tree, "base_weights"))
    if "base_weights" in tree and weights not in (nodes, nodes * outputs) and not (outputs > 1 and not weights):
        raise Malformed(f"base_weights holds {weights} numbers for {nodes} nodes")
    inner = [child != _LEAF for child in left]
    _children([*compress(left, inner), *compress(right, inner)], nodes)
    _leaves(tree, [side for side, is_inner in zip(right, inner, strict=False) if not is_inner], outputs)
    _within([parent for parent in _integers(tree, "parents") if parent not in _ROOTS], nodes, "parents")
    _within(list(compress(_integers(tree, "split_indices"), inner)), features, "split_indices")
    _categories(tree, nodes)
    return nodes


def _children(children: Sequence[int], nodes: int) -> None:
    """Every node is the child of one other at most, and the first of none: whoever descends arrives at a leaf."""
    _within(children, nodes, "a child")
    if len(set(children)) != len(children) or 0 in children:
        raise Malformed("a node is reached twice, so that descending need not end")


def _leaves(tree: Mapping[str, Any], right: Sequence[int], outputs: int) -> None:
    """A leaf has no right child either, but for trees of several outputs: there it is the number of its weights."""
    weights = len(_array(tree, "leaf_weights")) // outputs if "leaf_weights" in tree else 0
    if any(not _LEAF <= side < weights for side in right):
        raise Malformed("a leaf has a right child")


def _categories(tree: Mapping[str, Any], nodes: int) -> None:
    if "categories_nodes" not in tree:
        return
    where = _integers(tree, "categories_nodes")
    starts, sizes = _integers(tree, "categories_segments"), _integers(tree, "categories_sizes")
    total = len(_integers(tree, "categories"))
    _within(where, nodes, "categories_nodes")
    if not len(where) == len(starts) == len(sizes):
        raise Malformed("categories_nodes, _segments and _sizes differ in length")
    if any(start < 0 or size < 0 or start + size > total for start, size in zip(starts, sizes, strict=True)):
        raise Malformed(f"categories of a node are not among the {total} there are")
    _within(_integers(tree, "categories"), _MOST, "categories")


def _within(values: Sequence[int], end: int, what: str) -> None:
    if len(values) and not 0 <= min(values) <= max(values) < end:
        raise Malformed(f"{what} leads to {min(values) if min(values) < 0 else max(values)} of {end}")


def _part(of: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = of.get(key, {})
    if not isinstance(found, Mapping):
        raise Malformed(f"{key} is no object")
    return found


def _array(of: Mapping[str, Any], key: str) -> Sequence[Any]:
    found = of.get(key, [])
    if not isinstance(found, Sequence) or isinstance(found, str):
        raise Malformed(f"{key} is no array")
    return found


def _integers(of: Mapping[str, Any], key: str) -> Sequence[int]:
    found = _array(of, key)
    if isinstance(found, list) and not all(type(value) is int for value in found):
        raise Malformed(f"{key} holds something else than whole numbers")
    return found


def _count(of: Mapping[str, Any], key: str, default: int = 0) -> int:
    """A number that XGBoost writes as text."""
    found = str(of.get(key, default))
    if not _COUNT.fullmatch(found) or int(found) > _MOST:
        raise Malformed(f"{key} is no number that counts something")
    return int(found)
