"""Boosted trees as XGBoost and LightGBM write them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

ROOT = (1 << 31) - 1


def tree(**changes: Any) -> dict[str, Any]:
    """A tree of XGBoost: a split with two leaves."""
    return {
        "base_weights": [0.0, -1.0, 1.0],
        "categories": [],
        "categories_nodes": [],
        "categories_segments": [],
        "categories_sizes": [],
        "default_left": [0, 0, 0],
        "id": 0,
        "left_children": [1, -1, -1],
        "loss_changes": [1.5, 0.0, 0.0],
        "parents": [ROOT, 0, 0],
        "right_children": [2, -1, -1],
        "split_conditions": [0.5, -1.0, 1.0],
        "split_indices": [1, 0, 0],
        "split_type": [0, 0, 0],
        "sum_hessian": [3.0, 1.0, 2.0],
        "tree_param": {"num_deleted": "0", "num_feature": "2", "num_nodes": "3", "size_leaf_vector": "1"},
    } | changes


def forest(*trees: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The trees of a booster."""
    count = len(trees)
    return {
        "gbtree_model_param": {"num_parallel_tree": "1", "num_trees": str(count)},
        "iteration_indptr": [*range(count + 1)],
        "tree_info": [0] * count,
        "trees": [*trees],
    } | changes


def xgboost(booster: object = None, **parameters: str) -> dict[str, Any]:
    """A model of XGBoost, of one tree unless told otherwise."""
    return {
        "learner": {
            "attributes": {},
            "feature_names": [],
            "feature_types": [],
            "gradient_booster": booster or {"model": forest(tree()), "name": "gbtree"},
            "learner_model_param": {"base_score": "5E-1", "num_class": "0", "num_feature": "2", "num_target": "1"}
            | parameters,
            "objective": {"name": "reg:squarederror", "reg_loss_param": {"scale_pos_weight": "1"}},
        },
        "version": [3, 2, 0],
    }


def ubj(value: object) -> bytes:
    """UBJSON as XGBoost writes it: numbers in typed arrays where all are of one kind."""
    if isinstance(value, Mapping):
        return b"{" + b"".join(_text(key) + ubj(item) for key, item in value.items()) + b"}"
    if isinstance(value, str):
        return b"S" + _text(value)
    if isinstance(value, Sequence):
        kinds = {type(item) for item in value}
        if kinds == {int}:
            return b"[$l#" + _size(value) + struct.pack(f">{len(value)}i", *value)
        if kinds == {float}:
            return b"[$d#" + _size(value) + struct.pack(f">{len(value)}f", *value)
        return b"[#" + _size(value) + b"".join(map(ubj, value))
    return b"L" + struct.pack(">q", value) if isinstance(value, int) else b"d" + struct.pack(">f", value)


def _size(value: Sequence[object]) -> bytes:
    return b"L" + struct.pack(">q", len(value))


def _text(value: str) -> bytes:
    return _size(value) + value.encode()
