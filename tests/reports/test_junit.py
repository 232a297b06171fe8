from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.builders.verdicts import denial, everything, finding, undecided, verdict
from verifier.records import Outcome
from verifier.reports import Failure
from verifier.reports.junit import render


def suites(text: str) -> list[ET.Element]:
    return list(ET.fromstring(text))


def test_a_model_without_reasons_is_one_case_that_passes() -> None:
    (suite,) = suites(render([verdict()]))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "0", "0")
    assert [list(case) for case in suite] == [[]]


def test_reasons_are_failures_errors_and_skipped_where_waived() -> None:
    rejected, base = suites(render([everything()]))
    assert (rejected.get("failures"), rejected.get("errors"), rejected.get("skipped")) == ("3", "0", "1")
    first = rejected[0]
    assert first.get("name") == "npy-malformed at pytorch_model.bin → archive/data.pkl, byte 77"
    assert (first[0].tag, first[0].get("type")) == ("failure", "severity.critical")
    assert str(base.get("name")).startswith("org/base")
    (gap,) = suites(render([undecided()]))
    assert gap[0][0].tag == "error"


def test_references_without_a_verdict_are_errors() -> None:
    (suite,) = suites(render([], failures=[Failure("org/gone", "not-found", "There is no org/gone.", "Look.")]))
    assert suite[0][0].text == "There is no org/gone. Look."


def test_markup_from_a_model_stays_text() -> None:
    hostile = "]]><x a='\"&\x00\x1b\udcff"
    (suite,) = suites(render([verdict(Outcome.REJECTED, (denial(finding(rule=hostile)),))]))
    assert "]]><x" in str(suite[0].get("name"))
