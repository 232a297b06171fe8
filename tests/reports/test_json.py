from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.builders.verdicts import everything, rejected, undecided, verdict
from verifier import reports
from verifier.records import Verdict
from verifier.records.canonical import canonical_bytes
from verifier.reports import Failure, _schema
from verifier.reports.json import render

PUBLISHED = Path(reports.__file__).parent / "schemas" / "json-v1.json"


def rendered(*verdicts: Verdict, failures: tuple[Failure, ...] = ()) -> Any:
    return json.loads(render(verdicts, failures=failures))


def test_the_published_schema_is_the_records() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == _schema.text(), "run python -m verifier.reports._schema"
    Draft202012Validator.check_schema(_schema.schema())


@pytest.mark.parametrize("value", [verdict(), rejected(), undecided(), everything()])
def test_reports_follow_the_published_schema(value: Verdict) -> None:
    failure = Failure("org/gone", "not-found", "There is no org/gone.", "")
    Draft202012Validator(_schema.schema()).validate(rendered(value, failures=(failure,)))


def test_the_schema_refuses_what_is_no_report() -> None:
    validator = Draft202012Validator(_schema.schema())
    report = rendered(everything())
    report["verdicts"][0]["decisions"][0]["cites"]["record"] = "fact"
    assert not validator.is_valid(report)
    report = rendered(verdict())
    report["verdicts"][0]["outcome"] = "fine"
    assert not validator.is_valid(report)
    del report["verdicts"]
    assert not validator.is_valid(report)


def test_only_records_have_a_schema() -> None:
    with pytest.raises(TypeError, match="has no schema"):
        _schema._of(bytes, {})


def test_the_envelope_names_format_and_tool_in_canonical_bytes() -> None:
    text = render([everything()])
    report = json.loads(text)
    assert report["format"] == "json-v1"
    assert report["tool"]["name"] == "model-verify"
    assert report["errors"] == []
    assert text.encode() == canonical_bytes(report) + b"\n"


def test_what_a_decision_cites_says_its_kind() -> None:
    kinds = [decision["cites"]["record"] for decision in rendered(everything())["verdicts"][0]["decisions"]]
    assert kinds == ["finding", "comparison", "name", "coverage", "name", "claim"]
    cited = rendered(rejected())["verdicts"][0]["decisions"][0]["cites"]
    assert cited["evidence"][0]["offset"] == 77
    assert cited["parameters"] == {"symbol": "posix.system"}


def test_dependencies_are_verdicts() -> None:
    assert rendered(everything())["verdicts"][0]["dependencies"][0]["outcome"] == "accepted"
