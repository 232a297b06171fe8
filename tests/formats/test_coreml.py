"""Core ML models: what they name outside of themselves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.coremls import custom, model, network, program
from tests.builders.inspections import context, inspected, only, probe, rules_of, states_of, until_limit
from tests.builders.onnxs import onnx_bytes
from tests.builders.protobufs import block, number
from verifier.formats import Context, FormatModule, Limits, candidates
from verifier.formats import coreml as module
from verifier.formats._coreml import CUSTOM, MALFORMED, OUTSIDE
from verifier.formats._readers import BytesReader
from verifier.records import Artifact, Coverage, CoverageState

MODULE: FormatModule = module
DENSE = block(1, block(1, "dense"), block(140, number(1, 4), block(20, bytes(400))))


@pytest.mark.parametrize(
    "data",
    [
        network(DENSE),
        model(302, block(1, b"")),
        model(200, block(1, block(1, network(DENSE)))),
        model(900),
    ],
)
def test_models_of_numbers_are_data(data: bytes) -> None:
    assert [found.FORMAT.id for found in candidates(probe(data, "file"))] == ["coreml"]
    records = inspected(MODULE, data)
    assert rules_of(records) == []
    assert states_of(records) == [CoverageState.DATA]


def test_other_messages_are_no_models() -> None:
    for data in (
        onnx_bytes(),
        number(1, 99) + block(500),
        number(1, 1) + block(2, b"\x0b"),
        number(1, 1) + block(3),
        b"x",
    ):
        assert not module.recognize(probe(data))
    assert states_of(inspected(MODULE, b"something else")) == [CoverageState.UNKNOWN]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (network(custom("Mine")), [CUSTOM]),
        (model(403, custom("")), [CUSTOM]),
        (network(block(1, block(605, block(2, custom("Mine"))))), [CUSTOM]),
        (network(block(1, block(615, block(4, custom("Mine"))))), [CUSTOM]),
        (model(202, block(1, network(DENSE)), block(1, network(custom("Mine")))), [CUSTOM]),
        (model(555, block(10, "Mine")), [CUSTOM]),
        (model(556, block(1, block(1, block(1, "other")), block(2, block(1, "../..")))), [OUTSIDE, OUTSIDE]),
        (program("@model_path/../../weight.bin", 64), [OUTSIDE]),
        (program("/inert/weight.bin", 64, depth=2), [OUTSIDE]),
        (program("file:///inert", 64), [OUTSIDE]),
    ],
)
def test_what_is_outside_of_the_model_is_named(data: bytes, expected: list[str]) -> None:
    assert rules_of(inspected(MODULE, data)) == expected


@pytest.mark.parametrize("data", [number(1, 7) + block(500, b"\x0b"), number(1, 7), network(DENSE)[:-7]])
def test_broken_messages_are_refused(data: bytes) -> None:
    records = inspected(MODULE, data, "model.mlmodel")
    assert rules_of(records) == [MALFORMED]
    assert states_of(records) == [CoverageState.PARTIAL]


@pytest.mark.parametrize(
    ("siblings", "rules", "states"),
    [
        ({"p/weights/weight.bin": 200}, [], [CoverageState.DATA]),
        ({"p/weights/weight.bin": 64}, [MALFORMED], [CoverageState.DATA]),
        ({}, [], [CoverageState.PARTIAL, CoverageState.DATA]),
    ],
)
def test_weights_must_be_where_the_model_says(
    siblings: dict[str, int], rules: list[str], states: list[CoverageState]
) -> None:
    data = program("@model_path/weights/weight.bin", 64)
    near = Context(context().budget, siblings, context().open_sibling)
    records = list(module.inspect(Artifact("p/model.mlmodel", len(data)), BytesReader(data), near))
    assert rules_of([*records]) == rules
    assert [c.state for c in only([*records], Coverage)] == states


def test_serialized_models_are_not_read() -> None:
    assert states_of(inspected(MODULE, model(3000, block(2, b"compiled")))) == [CoverageState.PARTIAL]


def test_depth_is_bounded_and_what_was_seen_is_told() -> None:
    deep = custom("Mine")
    for _ in range(40):
        deep = block(1, block(605, block(1, deep)))
    assert rules_of(until_limit(MODULE, network(custom("First"), deep), Limits())) == [CUSTOM]


@given(st.binary(max_size=20), st.integers(0, 120))
@settings(max_examples=150, deadline=None)
def test_any_change_ends_in_records(noise: bytes, at: int) -> None:
    data = model(202, block(1, network(DENSE, custom("Mine"))), block(1, program("weight.bin", 64)))
    assert states_of(inspected(MODULE, data[:at] + noise + data[at + len(noise) :]))
