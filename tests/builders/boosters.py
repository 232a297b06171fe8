"""Boosted trees as XGBoost, LightGBM and CatBoost write them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from tests.builders.flatbuffers import Counted, Fields, Number, flatbuffer

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


LEAVES: dict[str, object] = {
    "num_leaves": 3,
    "num_cat": 1,
    "split_feature": "0 1",
    "split_gain": "1.5 0.5",
    "threshold": "0 0.25",
    "decision_type": "1 2",
    "left_child": "1 -1",
    "right_child": "-2 -3",
    "leaf_value": "0.1 0.2 0.3",
    "leaf_count": "1 2 3",
    "cat_boundaries": "0 1",
    "cat_threshold": "4294967295",
    "is_linear": 0,
    "shrinkage": 1,
}
"""A tree of LightGBM: a split by category, one by a threshold, three leaves."""


def lightgbm(*trees: Mapping[str, object], sizes: str | None = None, **header: object) -> bytes:
    """A model of LightGBM; None leaves a line out."""
    blocks = [f"Tree={i}\n{_lines(tree)}\n\n" for i, tree in enumerate(trees)]
    head: dict[str, object] = {
        "version": "v4",
        "num_class": 1,
        "num_tree_per_iteration": 1,
        "label_index": 0,
        "max_feature_idx": 1,
        "objective": "regression",
        "feature_names": "a b",
        "feature_infos": "0:1 [0:1]",
        "tree_sizes": " ".join(str(len(block)) for block in blocks) if sizes is None else sizes,
    } | header
    text = f"tree\n{_lines(head)}\n{''.join(blocks)}end of trees\n\nfeature_importances:\na=2\n"
    return text.encode()


def _lines(values: Mapping[str, object]) -> str:
    return "".join(f"{key}={value}\n" for key, value in values.items() if value is not None)


def catboost(
    *,
    leaves: int = 8,
    behind: bytes = b"",
    version: str = "FlabuffersModel_v1",
    core: Fields | None = None,
    **trees: Any,
) -> bytes:
    """A model of CatBoost: two symmetric trees of two splits; fields of the trees by name."""
    names = {
        "outputs": 0,
        "splits": 1,
        "sizes": 2,
        "starts": 3,
        "floats": 5,
        "hot": 6,
        "combined": 7,
        "steps": 10,
        "ends": 11,
    }
    fields: dict[int, Any] = {
        0: Number(1),
        1: [0, 2, 1, 0],
        2: [2, 2],
        3: [0, 2],
        5: [{1: Number(0), 3: Counted(struct.pack("<3f", 1, 2, 3), 4)}],
        8: Counted(bytes(8 * leaves), 8),
    }
    fields |= {names[name]: value for name, value in trees.items()}
    root: Fields = {0: version, 1: fields, 2: [{0: "key", 1: "value"}], **(core or {})}
    body = flatbuffer(b"", root)
    return b"CBM1" + len(body).to_bytes(4, "little") + body + behind
