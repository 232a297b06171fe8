"""CatBoost models: what its native code indexes with stays within bounds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.boosters import catboost
from tests.builders.flatbuffers import Counted, Fields
from tests.builders.inspections import facts_of, inspected, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import catboost as module
from verifier.records import CoverageState

MODULE: FormatModule = module
HOT: Any = [{1: [5, 6]}]
STEPS: dict[str, Any] = {
    "steps": [1 | 2 << 16, 0, 0, 0],
    "ends": [-1, 0, 1, 2],
    "leaves": 3,
    "sizes": [4],
    "starts": [0],
}
GENUINE = {
    "plain": catboost(),
    "without starts": catboost(starts=[]),
    "categories": catboost(splits=[4, 2, 1, 0], hot=HOT),
    "combined": catboost(splits=[400, 2, 1, 0], combined=[{}]),
    "not symmetric": catboost(**STEPS),
    "large": catboost(splits=[0] * 10, sizes=[10], starts=[0], leaves=1024),
}


@pytest.mark.parametrize("what", GENUINE)
def test_genuine_models_are_quiet(what: str) -> None:
    data = GENUINE[what]
    assert [found.FORMAT.id for found in candidates(probe(data, "model.cbm"))] == ["catboost"]
    records = inspected(MODULE, data)
    assert rules_of(records) == []
    expected = {CoverageState.INSPECTED} | ({CoverageState.DATA} if what == "large" else set())
    assert {*states_of(records)} == expected
    assert facts_of(records)["features"] == 1


def test_tables_behind_the_trees_are_not_read() -> None:
    cores: list[Fields] = [{3: ["text_process_v2"]}, {}]
    for core in cores:
        assert states_of(inspected(MODULE, catboost(behind=b"table", core=core)))[-1] is CoverageState.PARTIAL


BROKEN = {
    "header only": b"CBM1\x20\0\0\0",
    "pickle": b"CBM1\x80\2cposix\nsystem\n.",
    "version": catboost(version="other"),
    "size": catboost()[:-4],
    "outputs": catboost(outputs=Counted(b"", 1)),
    "split": catboost(splits=[0, 3, 1, 0]),
    "negative split": catboost(splits=[0, -1, 1, 0]),
    "tree": catboost(sizes=[2, 3]),
    "start": catboost(starts=[0, 40]),
    "starts": catboost(starts=[0]),
    "leaves": catboost(leaves=7),
    "depth": catboost(splits=[0] * 60, sizes=[60], starts=[0]),
    "step": catboost(**STEPS | {"steps": [9, 0, 0, 0]}),
    "steps": catboost(**STEPS | {"steps": [1]}),
    "leaf": catboost(**STEPS | {"ends": [0, 0, 1, 3]}),
}


@pytest.mark.parametrize("what", BROKEN)
def test_numbers_that_lead_out_of_bounds_are_refused(what: str) -> None:
    records = inspected(MODULE, BROKEN[what])
    assert rules_of(records) == [module.MALFORMED]
    assert states_of(records) == [CoverageState.PARTIAL]


@given(st.binary(max_size=20), st.integers(0, 400))
@settings(max_examples=150, deadline=None)
def test_any_change_ends_in_records(noise: bytes, at: int) -> None:
    data = catboost()
    assert states_of(inspected(MODULE, data[:at] + noise + data[at + len(noise) :]))
