"""The layers beside a SavedModel are judged as Keras configurations are."""

from __future__ import annotations

import json

import pytest

from tests.builders.graphs import keras_metadata
from tests.builders.inspections import facts_of, inspected, probe, rules_of, states_of
from tests.builders.protobufs import block
from verifier.formats import FormatModule
from verifier.formats import keras_metadata as module
from verifier.formats._keras import CODE, MALFORMED
from verifier.records import CoverageState

MODULE: FormatModule = module

DENSE = json.dumps({"name": "dense", "class_name": "Dense", "config": {"units": 4}})
LAMBDA = json.dumps(
    {"class_name": "Lambda", "config": {"function": ["4wEAAAAAAAAA", None, None], "function_type": "lambda"}}
)


def test_plain_layers_pass() -> None:
    records = inspected(MODULE, keras_metadata(DENSE, DENSE), "keras_metadata.pb")
    assert rules_of(records) == []
    assert states_of(records) == [CoverageState.INSPECTED]
    assert facts_of(records) == {"layer-count": 2}


@pytest.mark.parametrize("field", [4, 5, 99])
def test_code_is_found_in_whatever_field_it_stands(field: int) -> None:
    data = keras_metadata(DENSE) + block(1, block(field, LAMBDA))
    assert CODE in rules_of(inspected(MODULE, data, "keras_metadata.pb"))


@pytest.mark.parametrize("data", [b"\x0b", keras_metadata(DENSE)[:-3]], ids=["group", "cut"])
def test_what_is_no_list_of_layers_is_refused(data: bytes) -> None:
    records = inspected(MODULE, data, "keras_metadata.pb")
    assert MALFORMED in rules_of(records)
    assert states_of(records)[-1] is CoverageState.PARTIAL


def test_it_is_found_by_its_name() -> None:
    assert module.recognize(probe(b"", "keras_metadata.pb"))
    assert not module.recognize(probe(keras_metadata(DENSE), "other.pb"))
