"""XGBoost models: what its native code indexes with stays within bounds, in either encoding."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.boosters import ROOT, forest, tree, ubj, xgboost
from tests.builders.inspections import facts_of, inspected, only, probe, rules_of, states_of, until_limit
from verifier.formats import FormatModule, Limits, candidates
from verifier.formats import json as json_module
from verifier.formats import xgboost as module
from verifier.formats._xgboost import MALFORMED, looks_like_booster
from verifier.records import Coverage, CoverageState

MODULE: FormatModule = module
PARAMETERS = tree()["tree_param"]


def of(*trees: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return xgboost({"model": forest(*trees, **changes), "name": "gbtree"})


def multi(**changes: Any) -> dict[str, Any]:
    """A tree whose leaves hold two weights each."""
    wide = {"leaf_weights": [0.0] * 4, "right_children": [2, 0, 1], "base_weights": [0.0] * 6}
    return tree(tree_param=PARAMETERS | {"size_leaf_vector": "2"}, **(wide | changes))


GENUINE = {
    "plain": xgboost(),
    "classes": xgboost(num_class="3"),
    "several": of(tree(), tree()),
    "old": of(
        tree(tree_param=PARAMETERS | {"size_leaf_vector": "0"}, default_left=[True, False, False]),
        iteration_indptr=[],
    ),
    "categories": of(tree(categories=[0, 2, 1], categories_nodes=[0], categories_segments=[0], categories_sizes=[3])),
    "outputs": xgboost({"model": forest(multi()), "name": "gbtree"}, num_target="2", base_score="[5E-1,-1E0]"),
    "dart": xgboost({"gbtree": {"model": forest(tree()), "name": "gbtree"}, "name": "dart", "weight_drop": [1.0]}),
    "linear": xgboost({"model": {"boosted_rounds": 5, "weights": [0.5, 1.0, 2.0]}, "name": "gblinear"}),
    "snapshot": {"Config": {}, "Model": xgboost()},
}


@pytest.mark.parametrize("what", GENUINE)
def test_genuine_models_are_quiet_in_every_encoding(what: str) -> None:
    model = GENUINE[what]
    for data, name in ((ubj(model), "model.ubj"), (json.dumps(model).encode(), "model.bst")):
        assert [found.FORMAT.id for found in candidates(probe(data, name))] == ["xgboost"]
        records = inspected(MODULE, data)
        assert rules_of(records) == []
        assert {*states_of(records)} == {CoverageState.INSPECTED}
        assert {*facts_of(records)} == {"tree-count", "node-count"}
    assert rules_of(inspected(json_module, json.dumps(model).encode(), "model.json")) == []


MALICIOUS = {
    "child": of(tree(left_children=[9, -1, -1])),
    "negative child": of(tree(left_children=[-7, -1, -1])),
    "cycle": of(tree(left_children=[1, 0, -1], right_children=[2, -1, -1])),
    "loop": of(tree(left_children=[1, 1, -1], right_children=[2, 2, -1])),
    "one child": of(tree(right_children=[-1, -1, -1])),
    "leaf": of(tree(right_children=[2, 7, -1])),
    "leaf weights": of(multi(right_children=[2, 0, 2])),
    "feature": of(tree(split_indices=[2, 0, 0])),
    "parent": of(tree(parents=[ROOT, 0, 77])),
    "nodes": of(tree(tree_param=PARAMETERS | {"num_nodes": "4000000000"})),
    "no nodes": of(tree(tree_param=PARAMETERS | {"num_nodes": "0"}, left_children=[])),
    "thresholds": of(tree(split_conditions=[0.5])),
    "weights": of(tree(base_weights=[0.5])),
    "text": of(tree(left_children=["1", "-1", "-1"])),
    "fraction": of(tree(left_children=[1.0, -1.0, -1.0])),
    "missing": of({}),
    "no tree": of([]),  # type: ignore[arg-type]
    "no array": of(tree(parents="abc")),
    "category node": of(tree(categories=[1], categories_nodes=[3], categories_segments=[0], categories_sizes=[1])),
    "category": of(tree(categories=[-1], categories_nodes=[0], categories_segments=[0], categories_sizes=[1])),
    "category size": of(tree(categories=[1], categories_nodes=[0], categories_segments=[1], categories_sizes=[1])),
    "category lists": of(tree(categories=[1], categories_nodes=[0], categories_segments=[0], categories_sizes=[])),
    "group": of(tree(), tree_info=[1]),
    "groups": of(tree(), tree_info=[0, 0]),
    "rounds": of(tree(), iteration_indptr=[0, 2]),
    "trees": of(tree(), gbtree_model_param={"num_trees": "2"}),
    "classes": xgboost(num_class="99999999999999999999"),
    "score": xgboost(base_score="what"),
    "booster": xgboost({"name": "mine"}),
    "linear": xgboost({"model": {"weights": [1.0]}, "name": "gblinear"}),
    "dart": xgboost({"gbtree": {"model": forest(tree())}, "name": "dart", "weight_drop": []}),
    "empty": {"learner": {"attributes": {}, "learner_model_param": {}}},
}


@pytest.mark.parametrize("what", MALICIOUS)
def test_numbers_that_lead_out_of_bounds_are_refused(what: str) -> None:
    text = json.dumps(MALICIOUS[what]).encode()
    assert rules_of(inspected(MODULE, ubj(MALICIOUS[what]))) == [MALFORMED]
    assert rules_of(inspected(MODULE, text)) == [MALFORMED]
    assert rules_of(inspected(json_module, text, "model.json")) == [MALFORMED]


def test_what_is_missing_is_for_xgboost_to_say() -> None:
    parameters = {"num_class": "0"}
    sparse = {
        "learner": {"gradient_booster": {"name": "gbtree", "model": {"trees": []}}, "learner_model_param": parameters}
    }
    assert rules_of(inspected(json_module, json.dumps(sparse).encode(), "model.json")) == []
    short = of({"left_children": [1, -1, -1], "right_children": [2, -1, -1]})
    assert rules_of(inspected(MODULE, ubj(short))) == []


def test_parameters_alone_are_no_model() -> None:
    learner: dict[str, Any] = {
        "learner_train_param": {},
        "learner_model_param": {},
        "gradient_booster": {"name": "gbtree"},
    }
    assert not looks_like_booster({"learner": learner})
    assert not looks_like_booster([])
    learner["gradient_booster"] = {"model": {}}
    assert looks_like_booster({"learner": learner})


def test_large_arrays_are_data() -> None:
    count = 201
    chain = tree(
        left_children=[i + 1 if i % 2 == 0 and i < count - 1 else -1 for i in range(count)],
        right_children=[i + 2 if i % 2 == 0 and i < count - 1 else -1 for i in range(count)],
        parents=[ROOT, *(max(0, (i - 1) // 2 * 2) for i in range(1, count))],
        split_indices=[0] * count,
        split_conditions=[0.5] * count,
        default_left=[0] * count,
        base_weights=[0.5] * count,
        tree_param=PARAMETERS | {"num_nodes": str(count)},
    )
    data = ubj(of(chain))
    records = inspected(MODULE, data)
    assert rules_of(records) == []
    ranges = [c for c in only(records, Coverage) if c.state is CoverageState.DATA]
    assert [data[c.offset : c.offset + (c.length or 0)] for c in ranges] == [struct.pack(">201f", *[0.5] * count)] * 2


HEAD = b"{" + b"L" + bytes(7) + b"\x07learner"


@pytest.mark.parametrize(
    "data",
    [
        HEAD,
        HEAD + b"X",
        HEAD + b"{i\1a",
        HEAD + b"S" + b"L\x7f" + bytes(7),
        HEAD + b"[$S#L" + bytes(8),
        HEAD + b"[$l#L\x7f" + bytes(7),
        HEAD + b"[#L\xff" + bytes(7),
        HEAD + b"[#i\1",
        HEAD + b"Z" + HEAD[1:] + b"Z}",
        HEAD + b"{L" + bytes(7) + b"\1aT" + b"L" + bytes(7) + b"\1bF" + b"L" + bytes(7) + b"\1cC!}}",
        HEAD + b"[d" + bytes(4) + b"ZU\1]}",
        b'{"learner": {}, "learner": {}}',
        b'{"learner": {',
        b'{"version": []}',
        b'{"learner": []}',
    ],
)
def test_broken_documents_are_refused(data: bytes) -> None:
    assert rules_of(inspected(MODULE, data)) == [MALFORMED]


def test_the_old_binary_format_is_recognized_and_not_read() -> None:
    data = b"binf" + bytes(136)
    assert module.recognize(probe(data, "model.bst"))
    assert states_of(inspected(MODULE, data)) == [CoverageState.PARTIAL]


def test_size_and_depth_are_bounded() -> None:
    until_limit(MODULE, HEAD + b"[" * 100, Limits())
    until_limit(MODULE, ubj(xgboost()), Limits(steps=10))


def test_bytes_behind_the_model_are_not_inspected() -> None:
    records = inspected(MODULE, ubj(xgboost()) + b"more")
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.PARTIAL]


@given(st.binary(max_size=60), st.integers(0, 1500))
@settings(max_examples=150, deadline=None)
def test_any_change_ends_in_records(noise: bytes, at: int) -> None:
    data = ubj(xgboost())
    assert states_of(inspected(MODULE, data[:at] + noise + data[at + len(noise) :]))
