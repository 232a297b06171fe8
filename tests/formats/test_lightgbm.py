"""LightGBM models: what its native code indexes with stays within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.boosters import LEAVES, lightgbm
from tests.builders.inspections import facts_of, inspected, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import lightgbm as module
from verifier.records import CoverageState

MODULE: FormatModule = module
CONSTANT: dict[str, object] = {
    "num_leaves": 1,
    "num_cat": 0,
    "split_feature": "",
    "leaf_value": "-3.5",
    "leaf_count": "",
}
LINEAR = LEAVES | {
    "is_linear": 1,
    "leaf_const": "1 2 3",
    "num_features": "1 0 1",
    "leaf_features": "0  1",
    "leaf_coeff": "1  2",
}
GENUINE = {
    "plain": lightgbm(LEAVES, LEAVES),
    "constant": lightgbm(CONSTANT),
    "linear": lightgbm(LINEAR),
    "without sizes": lightgbm(LEAVES, tree_sizes=None),
    "without kinds": lightgbm(LEAVES | {"decision_type": None, "num_cat": 0}),
    "empty": lightgbm(),
    "without end": lightgbm(LEAVES, tree_sizes=None).replace(b"end of trees", b"").replace(b"a=2", b""),
    "without header": lightgbm(LEAVES, max_feature_idx=None),
}


@pytest.mark.parametrize("what", GENUINE)
def test_genuine_models_are_quiet(what: str) -> None:
    data = GENUINE[what]
    assert [found.FORMAT.id for found in candidates(probe(data, "model.txt"))] == ["lightgbm"]
    records = inspected(MODULE, data)
    assert rules_of(records) == []
    assert states_of(records) == [CoverageState.INSPECTED]
    assert facts_of(records)["tree-count"] == data.count(b"Tree=")


BROKEN = {
    "child": lightgbm(LEAVES | {"left_child": "7 -1"}),
    "leaf": lightgbm(LEAVES | {"right_child": "-2 -9"}),
    "cycle": lightgbm(LEAVES | {"left_child": "1 0"}),
    "twice": lightgbm(LEAVES | {"right_child": "-2 -1"}),
    "feature": lightgbm(LEAVES | {"split_feature": "0 2"}),
    "values": lightgbm(LEAVES | {"leaf_value": "0.1"}),
    "counts": lightgbm(LEAVES | {"leaf_count": "1"}),
    "gain": lightgbm(LEAVES | {"split_gain": "1"}),
    "thresholds": lightgbm(LEAVES | {"threshold": None}),
    "no leaves": lightgbm(LEAVES | {"num_leaves": 0}),
    "leaves": lightgbm(LEAVES | {"num_leaves": "3 3"}),
    "many leaves": lightgbm(LEAVES | {"num_leaves": 9999999999}),
    "fraction": lightgbm(LEAVES | {"left_child": "1.5 -1"}),
    "categories": lightgbm(LEAVES | {"threshold": "1 0.25"}),
    "category": lightgbm(LEAVES | {"threshold": "-1 0.25"}),
    "boundaries": lightgbm(LEAVES | {"cat_boundaries": "0 2"}),
    "boundary": lightgbm(LEAVES | {"cat_boundaries": "0"}),
    "linear": lightgbm(LINEAR | {"leaf_features": "0  5"}),
    "linear count": lightgbm(LINEAR | {"leaf_features": "0"}),
    "names": lightgbm(LEAVES, feature_names="a"),
    "rounds": lightgbm(LEAVES, num_tree_per_iteration=2),
    "no rounds": lightgbm(LEAVES, num_tree_per_iteration=0),
    "sizes": lightgbm(LEAVES, sizes="99999"),
    "value twice": lightgbm(LEAVES, tree_sizes=None).replace(b"leaf_count", b"leaf_value"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_numbers_that_lead_out_of_bounds_are_refused(what: str) -> None:
    assert rules_of(inspected(MODULE, BROKEN[what])) == [module.MALFORMED]


@given(st.binary(max_size=20), st.integers(0, 700))
@settings(max_examples=150, deadline=None)
def test_any_change_ends_in_records(noise: bytes, at: int) -> None:
    data = lightgbm(LEAVES, CONSTANT)
    assert states_of(inspected(MODULE, data[:at] + noise + data[at + len(noise) :])) == [CoverageState.INSPECTED]
