"""MXNet: lists of arrays, and graphs in JSON."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import facts_of, inspected, probe, rules_of, states_of
from tests.builders.mxnets import array, operator, params, shape, symbol
from verifier.formats import FormatModule, candidates
from verifier.formats import json as json_module
from verifier.formats import mxnet as module
from verifier.formats._mxnet import CUSTOM, MALFORMED, POINTER
from verifier.records import CoverageState

MODULE: FormatModule = module
GENUINE = params(
    array(10, 10, values=bytes(400)),
    array(3, values=bytes(24), flag=6, version=1),
    array(values=bytes(4), version=3),
    struct.pack("<Ii", 0xF993FAC9, 0) + shape(),
    array(2, 2, values=bytes(8 + 24 + 16), sparse=[shape(3), shape(2)], stype=2),
    array(9, 2, values=bytes(16 + 16), sparse=[shape(2)], stype=1),
    names=["arg:w", "b"],
)


def test_lists_of_arrays_are_data() -> None:
    assert [found.FORMAT.id for found in candidates(probe(GENUINE, "net-0000.params"))] == ["mxnet"]
    records = inspected(MODULE, GENUINE)
    assert rules_of(records) == []
    assert {*states_of(records)} == {CoverageState.INSPECTED, CoverageState.DATA}
    assert facts_of(records) == {"tensor-count": 8}


@pytest.mark.parametrize(
    "data",
    [
        GENUINE[:200],
        params(b"\0" * 40),
        params(array(3, values=bytes(12), flag=99)),
        params(array(-3, values=b"")),
        params(array(1 << 40, values=bytes(8))),
        params(array(3, values=bytes(12), stype=7)),
        params(array(*[1] * 40, values=bytes(4))),
        struct.pack("<QQQ", 0x112, 0, 1 << 60),
        struct.pack("<QQQQQ", 0x112, 0, 0, 1, 1 << 40),
    ],
)
def test_broken_lists_are_refused(data: bytes) -> None:
    records = inspected(MODULE, data)
    assert rules_of(records) == [MALFORMED]
    assert states_of(records) == [CoverageState.PARTIAL]


def test_many_arrays_are_told_as_one_range() -> None:
    many = params(*[array(100, values=bytes(400))] * 1001)
    assert states_of(inspected(MODULE, many)) == [CoverageState.DATA]


def test_bytes_behind_the_list_are_not_inspected() -> None:
    assert states_of(inspected(MODULE, GENUINE + b"more"))[-1] is CoverageState.PARTIAL


NESTED = operator("_foreach", subgraphs=[symbol(operator("Custom", attrs={"op_type": "mine"}))])


@pytest.mark.parametrize(
    ("graph", "expected"),
    [
        (symbol(operator("Convolution", attrs={"kernel": "(3, 3)"})), []),
        (symbol(operator("Custom", attrs={"op_type": "mine"})), [CUSTOM]),
        (symbol(operator("Custom", param={"op_type": "mine"})), [CUSTOM]),
        (symbol(operator("Custom")), [CUSTOM]),
        (symbol(NESTED), [CUSTOM]),
        (symbol(operator("_Native", attrs={"info": "0x7f0000000000"})), [POINTER]),
        (symbol(operator("_NDArray", attrs={"info": "0x7f0000000000"})), [POINTER]),
        (symbol(operator("relu", inputs=[[1, 0, 0]])), [MALFORMED]),
        (symbol(operator("relu", inputs=[[-1, 0, 0]])), [MALFORMED]),
        (symbol(operator("relu", inputs=[[]])), [MALFORMED]),
        (symbol(operator("relu", inputs=[[1.5, 0, 0]])), [MALFORMED]),
        (symbol(operator("relu", control_deps=[9])), [MALFORMED]),
        (symbol(operator("relu", name="a" * 5000)), [MALFORMED]),
        (symbol(heads=[[7, 0, 0]]), [MALFORMED]),
        (symbol(heads={}), [MALFORMED]),
        (symbol(arg_nodes=[7]), [MALFORMED]),
        (symbol(nodes=[1]), [MALFORMED]),
    ],
)
def test_graphs_are_judged_where_json_is(graph: dict[str, Any], expected: list[str]) -> None:
    """CVE-2022-24294: names that take time without bound to match."""
    assert rules_of(inspected(json_module, json.dumps(graph).encode(), "net-symbol.json")) == expected


def test_many_findings_are_not_all_told() -> None:
    graph = symbol(*[operator("Custom")] * 200)
    assert len(rules_of(inspected(json_module, json.dumps(graph).encode(), "net-symbol.json"))) == 100


@given(st.binary(max_size=20), st.integers(0, len(GENUINE)))
@settings(max_examples=150, deadline=None)
def test_any_change_ends_in_records(noise: bytes, at: int) -> None:
    assert states_of(inspected(MODULE, GENUINE[:at] + noise + GENUINE[at + len(noise) :]))
