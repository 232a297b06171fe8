"""PMML models: functions of the standard's compute, others are named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders.inspections import inspected, probe, rules_of, states_of
from verifier.formats import FormatModule, candidates
from verifier.formats import pmml as module
from verifier.formats._xml import ENTITY
from verifier.records import CoverageState

MODULE: FormatModule = module


def pmml(*parts: str) -> bytes:
    body = "".join(parts)
    root = '<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">'
    return f'<?xml version="1.0"?>\n{root}<Header/>{body}</PMML>'.encode()


def apply(function: str) -> str:
    return f'<Apply function="{function}"><FieldRef field="a"/></Apply>'


@pytest.mark.parametrize(
    "data",
    [
        pmml(apply("ln"), apply("x-expm1")),
        pmml('<DefineFunction name="mine">', apply("exp"), "</DefineFunction>", apply("mine")),
        pmml('<row><d:input xmlns:d="http://jpmml.org/jpmml-model/InlineTable">1</d:input></row>'),
        pmml("<!-- c -->", '<Extension name="x" value="y"/>'),
        b'<!-- c --><PMML version="2.0"><Apply function="+"/></PMML>',
    ],
)
def test_models_that_compute_are_quiet(data: bytes) -> None:
    assert [found.FORMAT.id for found in candidates(probe(data, "model.pmml"))] == ["pmml"]
    assert rules_of(inspected(MODULE, data)) == []
    assert states_of(inspected(MODULE, data)) == [CoverageState.INSPECTED]


def test_functions_that_are_not_the_standards_are_named() -> None:
    """JPMML takes the name for that of a Java class."""
    assert rules_of(inspected(MODULE, pmml(apply("com.example.Mine"), apply("ln")))) == [module.FUNCTION]


@pytest.mark.parametrize("part", ["<TableLocator/>", '<x:own xmlns:x="http://host.example"/>'])
def test_what_is_elsewhere_or_not_the_standards_is_a_gap(part: str) -> None:
    assert states_of(inspected(MODULE, pmml(part))) == [CoverageState.PARTIAL]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            b'<!DOCTYPE PMML [<!ENTITY x SYSTEM "file:///inert">]><PMML version="4.4">&x;</PMML>',
            [ENTITY, module.MALFORMED],
        ),
        (pmml("<Apply>"), [module.MALFORMED]),
        (pmml(apply("mine"), "<Apply>"), [module.MALFORMED]),
    ],
)
def test_broken_documents_are_refused(data: bytes, expected: list[str]) -> None:
    assert module.recognize(probe(data))
    records = inspected(MODULE, data)
    assert rules_of(records) == expected
    assert states_of(records) == [CoverageState.PARTIAL]


@given(st.binary(max_size=20), st.integers(0, 200))
@settings(max_examples=100, deadline=None)
def test_any_change_ends_in_records(noise: bytes, at: int) -> None:
    data = pmml(apply("mine"), apply("ln"))
    assert states_of(inspected(MODULE, data[:at] + noise + data[at + len(noise) :]))
