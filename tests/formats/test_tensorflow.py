"""The TensorFlow inspector: what nodes do, the paths they are given, and what stands beside graphs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.graphs import (
    attribute,
    constant,
    function,
    graph_bytes,
    meta_graph,
    node,
    saved_model,
    text_constant,
)
from tests.builders.inspections import facts_of, inspected, only, probe, rules_of, states_of
from tests.builders.protobufs import block, number
from verifier.formats import FormatModule
from verifier.formats import tensorflow as module
from verifier.formats._keras import CODE
from verifier.formats._tensorflow import FOREIGN, MACHINE, MALFORMED, PATH, PYTHON, UNREVIEWED
from verifier.records import Coverage, CoverageState

MODULE: FormatModule = module


def judged(data: bytes, name: str = "saved_model.pb") -> list[str]:
    return rules_of(inspected(MODULE, data, name))


def test_an_honest_model_is_counted_and_its_constants_are_data() -> None:
    data = graph_bytes()
    records = inspected(MODULE, data, "saved_model.pb")
    assert rules_of(records) == []
    assert states_of(records) == [CoverageState.INSPECTED, CoverageState.DATA, CoverageState.INSPECTED]
    assert list(only(records, Coverage))[1].length == 400
    assert facts_of(records) == {
        "tensor-count": 1,
        "parameter-count": 100,
        "tensor-dtypes": (("FLOAT", 1),),
        "graph-nodes": 3,
        "producer": "TensorFlow 2.16.1",
    }


OPERATORS = {
    "MatMul": [],
    "PyFunc": [PYTHON],
    "PyFuncStateless": [PYTHON],
    "EagerPyFunc": [PYTHON],
    "ReadFile": [MACHINE],
    "WriteFile": [MACHINE],
    "MatchingFiles": [MACHINE],
    "CreateDirectory": [MACHINE],
    "RpcCall": [MACHINE],
    "SqlDataset": [MACHINE],
    "ImmutableConst": [MACHINE],
    "DatasetFromGraph": [MACHINE],
    "DeserializeIterator": [MACHINE],
    "XlaCustomCallV2": [MACHINE],
    "CalibrationStatisticsSaver": [MACHINE],
    "CSVDatasetV2": [UNREVIEWED],
    "CacheDataset": [UNREVIEWED],
    "LoadAndRemapMatrix": [MACHINE],
    "DebugIdentityV2": [UNREVIEWED],
    "DataServiceDatasetV3": [UNREVIEWED],
    "SomeonesOwn": [UNREVIEWED],
}


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_are_judged_wherever_they_stand(operator: str) -> None:
    one = node(operator)
    library = function("f", node(operator, field=3))
    for data in (saved_model(one), meta_graph(one), one, saved_model(node("NoOp"), library), node("NoOp") + library):
        assert judged(data) == OPERATORS[operator]


def test_functions_of_the_graph_are_no_foreign_operators() -> None:
    assert judged(saved_model(node("mine"), function("mine", node("MatMul", field=3)))) == []
    assert judged(saved_model(node("mine"), function("other", node("MatMul", field=3)))) == [UNREVIEWED]


def test_a_function_does_not_lend_its_name_to_an_operator() -> None:
    """TensorFlow refuses such a function, and of two names protobuf takes the last."""
    assert judged(saved_model(node("PyFunc"), function("PyFunc", node("MatMul", field=3)))) == [PYTHON]
    for signatures in (block(1, block(1, "Mine"), block(1, "x")), block(1, block(1, "Mine")) + block(1, block(1, "x"))):
        assert judged(saved_model(node("Mine"), block(2, block(1, signatures)))) == [UNREVIEWED]


@pytest.mark.parametrize(
    ("operator", "rule"),
    [("SaveV2", PATH), ("ShardedFilename", PATH), ("Save", PATH), ("MergeV2Checkpoints", PATH), ("RestoreV2", FOREIGN)],
)
def test_paths_of_checkpoints_are_fed_not_fixed(operator: str, rule: str) -> None:
    for path, expected in (("model", []), ("/etc/x", [rule]), ("../x", [rule]), ("gs://bucket/x", [rule])):
        assert judged(saved_model(text_constant(path), node(operator, "path:0"))) == expected
    inside = function("f", node("Const", name="other", field=3), node(operator, "path", field=3))
    assert judged(saved_model(text_constant("/etc/x"), inside)) == []


def test_paths_are_followed_to_the_text_they_begin_with() -> None:
    def saved(path: str, *between: bytes) -> list[str]:
        return judged(saved_model(text_constant(path), text_constant("/part", "end"), *between, node("Save", "b:0")))

    through = node("Identity", "path:0", name="a"), node("StringJoin", "a", "end", name="b")
    assert saved("/home/ana/.bashrc", *through) == [PATH]
    assert saved("model", *through) == []
    assert saved("/x", node("Identity", "b", name="b")) == []
    assert saved("/x", node("Placeholder", name="a"), node("StringJoin", "a", "path", name="b")) == []
    inside = function("f", node("Identity", "path", name="b", field=3), node("Save", "b", field=3))
    assert judged(saved_model(text_constant("/x"), inside)) == []


def test_places_to_print_to_are_looked_at() -> None:
    for stream, expected in (("stderr", []), ("log(info)", []), ("file:///tmp/x", [PATH])):
        assert judged(saved_model(node("PrintV2", attributes=attribute("output_stream", block(2, stream))))) == expected
    urls = attribute("debug_urls", block(1, block(2, "grpc://host:1")))
    assert judged(saved_model(node("DebugIdentity", attributes=urls))) == [UNREVIEWED, PATH]


@pytest.mark.parametrize(("path", "expected"), [("vocab.txt", []), ("../x", [PATH]), ("/x", [PATH])])
def test_assets_stay_inside(path: str, expected: list[str]) -> None:
    assert judged(saved_model(node("NoOp"), more=block(6, block(2, path)))) == expected


def test_layers_in_the_object_graph_are_judged() -> None:
    """TensorFlow before 2.5 kept the layers of Keras in the SavedModel itself."""
    layer = {"class_name": "Lambda", "config": {"function": ["4wEAAAAAAAAA", None, None], "function_type": "lambda"}}
    objects = block(7, block(1, block(4, block(1, "_tf_keras_layer"), block(3, json.dumps(layer)))))
    assert CODE in judged(saved_model(node("NoOp"), more=objects))
    assert judged(saved_model(node("NoOp"), more=block(7, block(1, block(4, block(3, "")))))) == []


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (constant([2, 2], bytes(16)), []),
        (constant([2, 2], b""), []),
        (constant([], bytes(4)), []),
        (constant([3], b"any", dtype=7), []),
        (constant([2, 2], bytes(15)), [MALFORMED]),
        (constant([1 << 40], b""), [MALFORMED]),
    ],
)
def test_constants_are_held_against_their_shapes(one: bytes, expected: list[str]) -> None:
    assert judged(saved_model(one)) == expected


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff" * 64, b"\x0b" * 50_000, graph_bytes()[:60], number(1, 1), graph_bytes() + b"\x0c"],
    ids=["empty", "noise", "groups", "cut", "no graph", "group behind"],
)
def test_what_is_named_as_a_model_must_be_one(data: bytes) -> None:
    records = inspected(MODULE, data, "saved_model.pb")
    assert MALFORMED in rules_of(records)
    assert states_of(records) == [CoverageState.PARTIAL]


@pytest.mark.parametrize("data", [b"", b"\xff" * 64, b"version https://git-lfs.github.com/spec/v1\n"])
def test_other_files_are_left_to_others(data: bytes) -> None:
    assert states_of(inspected(MODULE, data, "other.pb")) == [CoverageState.UNKNOWN]


def test_what_was_seen_before_a_break_is_reported() -> None:
    assert judged(node("ReadFile") + b"\x0b", "frozen.pb") == [MACHINE, MALFORMED]


def test_fingerprints_hold_hashes_only() -> None:
    good = number(1, 7) + number(2, 1 << 63) + block(7, "uuid")
    for data, state in (
        (good, CoverageState.INSPECTED),
        (good + block(9, "x"), CoverageState.PARTIAL),
        (good + block(7, bytes(5000)), CoverageState.PARTIAL),
    ):
        assert states_of(inspected(MODULE, data, "fingerprint.pb")) == [state]


def test_recognition_wants_a_node() -> None:
    for data in (graph_bytes(), meta_graph(node("NoOp")), node("NoOp")):
        assert module.recognize(probe(data))
    vocabulary = b"".join(block(1, block(1, "piece"), b"\x15" + bytes(4)) for _ in range(9)) + block(2, block(1, "x"))
    for data in (
        vocabulary,
        b"",
        b"\x08\x01",
        number(1, 7) + number(2, 8),
        block(1, block(1, "a"), block(2, "not an op")),
    ):
        assert not module.recognize(probe(data))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_broken_graphs_end_in_records(data: st.DataObject) -> None:
    whole = bytearray(saved_model(text_constant("/x"), node("SaveV2", "path"), function("f", node("Mul", field=3))))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    first = inspected(MODULE, bytes(whole), "saved_model.pb")
    assert first == inspected(MODULE, bytes(whole), "saved_model.pb")
    assert any(isinstance(record, Coverage) for record in first)
