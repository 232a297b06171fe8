"""ONNX Runtime's own format: operators of unknown domains, offsets and tensors."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.flatbuffers import Fields, Number
from tests.builders.inspections import facts_of, inspected, probe, rules_of, states_of, until_limit
from tests.builders.onnxs import ort, ort_node, ort_tensor
from verifier.formats import FormatModule, Limits, candidates
from verifier.formats import ort as module
from verifier.formats._onnx import CUSTOM, PYTHON
from verifier.records import CoverageState

MODULE: FormatModule = module


def test_an_honest_model_is_counted_and_its_tensors_are_data() -> None:
    data = ort()
    assert [found.FORMAT.id for found in candidates(probe(data, "model.bin"))] == ["ort"]
    records = inspected(MODULE, data)
    assert rules_of(records) == []
    assert {*states_of(records)} == {CoverageState.INSPECTED, CoverageState.DATA}
    assert facts_of(records) == {"tensor-count": 1, "parameter-count": 100}


def nested(*nodes: Fields) -> Fields:
    graph: Fields = {2: nodes, 3: Number(9)}
    return {5: "If", 10: [{0: "then", 7: graph}, {0: "several", 12: [graph]}]}


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([ort_node("Relu"), ort_node("Gelu", "com.microsoft")], []),
        ([ort_node("Mine", "my.company")], [CUSTOM]),
        ([ort_node("EPContext", "com.microsoft")], [CUSTOM]),
        ([ort_node("PyOp", "my.company")], [PYTHON]),
        ([nested(ort_node("Mine", "my.company"))], [CUSTOM]),
        ([{5: "Constant", 10: [{6: ort_tensor()}, {11: [ort_tensor()]}]}], []),
    ],
)
def test_operators_are_judged_by_their_domains(nodes: Sequence[Fields], expected: list[str]) -> None:
    assert rules_of(inspected(MODULE, ort(nodes=nodes))) == expected


BROKEN = {
    "root": b"\xff\xff\xff\x7fORTM" + bytes(64),
    "cut": ort()[:150],
    "no graph": ort(graph={}, model={}),
    "node": ort(nodes=[{4: Number(7)}]),
    "edge": ort(graph={4: [{0: Number(7)}]}),
    "tensor": ort(tensors=[ort_tensor(dims=[99])]),
    "negative": ort(tensors=[ort_tensor(dims=[-100])]),
    "attribute": ort(nodes=[{5: "Constant", 10: [{6: ort_tensor(dims=[99])}]}]),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_leads_out_of_the_file_is_refused(what: str) -> None:
    records = inspected(MODULE, BROKEN[what], "model.ort")
    assert rules_of(records) == [module.MALFORMED]
    assert states_of(records) == [CoverageState.PARTIAL]


def test_tensors_of_texts_and_in_other_files() -> None:
    assert rules_of(inspected(MODULE, ort(tensors=[{2: [1], 3: Number(8), 5: ["text"]}]))) == []
    outside = ort(tensors=[{2: [100], 3: Number(1), 6: Number(0, 8)}])
    assert states_of(inspected(MODULE, outside))[0] is CoverageState.PARTIAL
    assert rules_of(inspected(MODULE, ort(tensors=[{**ort_tensor(), 6: Number(-1, 8)}]))) == []
    assert states_of(inspected(MODULE, b"something")) == [CoverageState.UNKNOWN]


def test_depth_is_bounded_and_what_was_seen_is_told() -> None:
    node: Fields = ort_node("Relu")
    for _ in range(70):
        node = {5: "If", 10: [{7: {2: [node], 3: Number(9)}}]}
    data = ort(nodes=[ort_node("Mine", "my.company"), node])
    assert rules_of(until_limit(MODULE, data, Limits())) == [CUSTOM]


@given(st.binary(max_size=8), st.integers(0, 300))
@settings(max_examples=150, deadline=None)
def test_any_change_ends_in_records(noise: bytes, at: int) -> None:
    data = ort(nodes=[ort_node("Mine", "my.company"), nested(ort_node("Relu"))])
    assert states_of(inspected(MODULE, data[:at] + noise + data[at + len(noise) :], "model.ort"))
