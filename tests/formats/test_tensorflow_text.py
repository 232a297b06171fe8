"""Graphs written as text name the same operators."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import inspected, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import tensorflow_text as module
from verifier.formats._tensorflow import MACHINE, PYTHON, UNREVIEWED
from verifier.records import CoverageState

MODULE: FormatModule = module

GRAPH = 'node { name: "x" op: "%s" input: "y" attr { key: "T" value { type: DT_FLOAT } } }\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GRAPH % "MatMul", []),
        (GRAPH % "PyFunc", [PYTHON]),
        (GRAPH % "ReadFile", [MACHINE]),
        (GRAPH % "Mine", [UNREVIEWED]),
        ("node < op: 'ReadFile' >", [MACHINE]),
        ("node { op: \"Read\" 'File' }", [MACHINE]),
        ('node { op: "\\x52ead\\106ile" }', [MACHINE]),
        ('node { op: "\\u0052eadFile" }', [MACHINE]),
        ('node { op # op\n : "ReadFile" }', [MACHINE]),
        ('node { op: "MatMul" } # op: "ReadFile"', []),
        ('node { op: "MatMul" device: "op: \\"ReadFile\\"" }', []),
        ('library { function { node_def { op: "ReadFile" } } }', [MACHINE]),
        ('library { function { signature { name: "Mine" } } } node { op: "Mine" }', []),
        ('op: "ReadFile"', [MACHINE]),
        ('item { id: 1 name: "cat" }', []),
        ("", []),
    ],
)
def test_operators_are_found_however_they_are_written(text: str, expected: list[str]) -> None:
    records = inspected(MODULE, text.encode(), "graph.pbtxt")
    assert rules_of(records) == expected
    assert states_of(records) == [CoverageState.INSPECTED]


@pytest.mark.parametrize("end", ["node {", "}", "node { name: @ }", 'x: "open', "a {" * 200])
def test_what_breaks_off_is_a_gap(end: str) -> None:
    records = inspected(MODULE, (GRAPH % "ReadFile" + end).encode(), "graph.pbtxt")
    assert rules_of(records) == [MACHINE]
    assert states_of(records) == [CoverageState.PARTIAL]


def test_bytes_are_left_to_others() -> None:
    assert states_of(inspected(MODULE, b"\0\1", "graph.pbtxt")) == [CoverageState.UNKNOWN]


def test_it_stands_for_text_of_that_name_alone() -> None:
    assert [found.FORMAT.id for found in candidates(probe(b"node {}", "graph.pbtxt"))] == ["tensorflow-text"]
    assert not module.recognize(probe(b"node {}", "graph.txt"))
    assert not module.recognize(probe(b"\0", "graph.pbtxt"))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="op:{}<>\"'\\x1u #\n", max_size=80))
def test_any_text_ends_in_records(text: str) -> None:
    assert states_of(inspected(MODULE, text.encode(), "graph.pbtxt"))
