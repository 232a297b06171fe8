"""LightGBM's text model: the numbers by which its native code indexes, held against each other.

Source: src/boosting/gbdt_model_text.cpp (LoadModelFromString) and src/io/tree.cpp (Tree::Tree) of LightGBM 4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from verifier.errors import Malformed

_MOST: Final = (1 << 31) - 1
_NUMBER: Final = re.compile(rb"-?\d{1,10}")
_TREE: Final = re.compile(rb"^Tree=(\d+)\r?$", re.MULTILINE)
_END: Final = re.compile(rb"^end of trees", re.MULTILINE)
_CATEGORICAL: Final = 1
"""kCategoricalMask of a decision type."""

Fields = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a model consists of."""

    trees: int
    leaves: int


def check(text: bytes) -> Summary:
    """Holds a model's numbers against each other; that the header or the end is missing LightGBM says itself.

    Raises:
        Malformed: they lead out of bounds, or something of a tree is missing or stands twice.
    """
    starts = [found.start() for found in _TREE.finditer(text)]
    end = _END.search(text)
    borders = [*starts, end.start() if end else len(text)]
    header = _fields(text[: borders[0]])
    features = _count(header, b"max_feature_idx", _MOST - 1) + 1
    for key in (b"feature_names", b"feature_infos"):
        if b"max_feature_idx" in header and key in header and len(header[key].split(b" ")) != features:
            raise Malformed(f"{key.decode()} does not hold one for each of {features} features")
    each = _count(header, b"num_tree_per_iteration", 1)
    _count(header, b"num_class", 1)
    if not each or len(starts) % each:
        raise Malformed(f"{len(starts)} trees are no whole rounds of {each}")
    if b"tree_sizes" in header:
        sizes = _numbers(header, b"tree_sizes")
        if sizes != [stop - start for start, stop in pairwise(borders)]:
            raise Malformed("tree_sizes are not the sizes of the trees")
    leaves = 0
    for start, stop in pairwise(borders):
        try:
            leaves += _tree(_fields(text[start:stop]), features)
        except Malformed as error:
            raise Malformed(f"a tree is broken: {error.message}", start) from error
    return Summary(len(starts), leaves)


def _tree(tree: Fields, features: int) -> int:
    leaves, categorical = _count(tree, b"num_leaves"), _count(tree, b"num_cat", 0)
    if not leaves:
        raise Malformed("it has no leaves")
    inner = leaves - 1
    _holds(tree, leaves, b"leaf_value")
    for key in (b"leaf_weight", b"leaf_count", b"leaf_const", b"num_features"):
        if inner and key in tree:
            _holds(tree, leaves, key)
    if inner:
        _holds(tree, inner, b"split_feature", b"threshold", b"left_child", b"right_child")
        for key in (b"split_gain", b"decision_type", b"internal_value", b"internal_weight", b"internal_count"):
            if key in tree:
                _holds(tree, inner, key)
        children = [*_numbers(tree, b"left_child"), *_numbers(tree, b"right_child")]
        if sorted(children) != [*range(-leaves, 0), *range(1, inner)]:
            raise Malformed("children are not each of the other nodes and leaves once")
        _within(_numbers(tree, b"split_feature"), features, "split_feature")
        _categories(tree, categorical)
    if tree.get(b"is_linear", b"0").strip() == b"1":
        _linear(tree, features)
    return leaves


def _categories(tree: Fields, count: int) -> None:
    """Splits by categories name a set of them, a range of a list of bits."""
    kinds = _numbers(tree, b"decision_type") if b"decision_type" in tree else []
    thresholds = tree[b"threshold"].split()
    sets = [value for kind, value in zip(kinds, thresholds, strict=False) if kind & _CATEGORICAL]
    if any(not re.fullmatch(rb"\d{1,9}(\.0*)?", value) or int(float(value)) >= count for value in sets):
        raise Malformed(f"a threshold names a set of categories that is none of {count}")
    if count:
        borders, words = _numbers(tree, b"cat_boundaries"), len(_numbers(tree, b"cat_threshold"))
        if len(borders) != count + 1 or borders[0] != 0 or borders != sorted(borders) or borders[-1] > words:
            raise Malformed("cat_boundaries do not divide cat_threshold")


def _linear(tree: Fields, features: int) -> None:
    total = sum(_numbers(tree, b"num_features"))
    used = _numbers(tree, b"leaf_features")
    if len(used) != total or len(tree.get(b"leaf_coeff", b"").split()) != total:
        raise Malformed(f"leaves do not use {total} features in all")
    _within(used, features, "leaf_features")


def _fields(block: bytes) -> Fields:
    found: dict[bytes, bytes] = {}
    for line in block.splitlines():
        key, equals, value = line.partition(b"=")
        if equals and key in found:
            raise Malformed(f"{key[:40].decode('utf-8', 'replace')} stands twice")
        if equals:
            found[key] = value
    return found


def _holds(tree: Fields, count: int, *keys: bytes) -> None:
    for key in keys:
        if len(tree.get(key, b"").split()) != count:
            raise Malformed(f"{key.decode()} does not hold {count} values")


def _within(values: list[int], end: int, what: str) -> None:
    if any(not 0 <= value < end for value in values):
        raise Malformed(f"{what} leads out of {end}")


def _numbers(fields: Fields, key: bytes) -> list[int]:
    words = fields.get(key, b"").split()
    if not all(map(_NUMBER.fullmatch, words)):
        raise Malformed(f"{key.decode()} holds something else than whole numbers")
    return [int(word) for word in words]


def _count(fields: Fields, key: bytes, default: int | None = None) -> int:
    found = _numbers(fields, key) if key in fields or default is None else [default]
    if len(found) != 1 or not 0 <= found[0] < _MOST:
        raise Malformed(f"{key.decode()} is no number that counts something")
    return found[0]
