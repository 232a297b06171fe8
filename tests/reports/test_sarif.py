from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.builders.verdicts import COMMIT, everything, rejected, snapshot, undecided, verdict
from verifier.records import SourceKind, Verdict
from verifier.reports import Failure
from verifier.reports.sarif import render

DATA = Path(__file__).parents[1] / "data"


@cache
def official() -> Draft202012Validator:
    return Draft202012Validator(json.loads((DATA / "sarif-2.1.0.json").read_text(encoding="utf-8")))


def run(*verdicts: Verdict, failures: tuple[Failure, ...] = ()) -> Any:
    log = json.loads(render(verdicts, failures=failures))
    official().validate(log)
    return log["runs"][0]


def test_every_kind_of_decision_is_valid_sarif() -> None:
    results = run(everything())["results"]
    assert [result["level"] for result in results] == ["error", "error", "error", "warning", "note"]
    assert [result["ruleId"] for result in results] == [
        "npy-malformed",
        "digest",
        "formats.deny",
        "limit-hit",
        "dependencies",
    ]


def test_rules_carry_the_help_of_their_pages() -> None:
    made = run(rejected())
    (rule,) = made["tool"]["driver"]["rules"]
    assert rule["id"] == "npy-malformed"
    assert "## What to do" in rule["help"]["markdown"]
    assert rule["properties"]["security-severity"] == "8.0"
    assert "security" in rule["properties"]["tags"]


def test_results_point_at_their_rule() -> None:
    made = run(everything(), undecided())
    ids = [rule["id"] for rule in made["tool"]["driver"]["rules"]]
    assert all(ids[result["ruleIndex"]] == result["ruleId"] for result in made["results"])


def test_bytes_are_a_region_of_the_file_and_members_are_logical() -> None:
    results = run(everything())["results"]
    gap = results[3]["locations"][0]["physicalLocation"]
    assert gap["region"] == {"byteOffset": 100, "byteLength": 20}
    member = results[0]["locations"][0]
    assert member["physicalLocation"]["region"] == {"byteOffset": 0, "byteLength": 1234}
    assert member["logicalLocations"][0]["name"] == "archive/data.pkl"
    assert results[0]["properties"]["evidence"]["offset"] == 77


@pytest.mark.parametrize(
    ("kind", "name", "text", "uri"),
    [
        (SourceKind.HUB, "org/name", "org/name", "org/name/pytorch_model.bin"),
        (SourceKind.URL, "https://x.org/a", "https://x.org/a", "x.org/a/pytorch_model.bin"),
        (SourceKind.FOLDER, "/w/my models", "./my models", "my%20models/pytorch_model.bin"),
        (SourceKind.FOLDER, "/w/m", "/w/m", "file:///w/m/pytorch_model.bin"),
        (SourceKind.FOLDER, "C:/w/m", "m\\sub", "m/sub/pytorch_model.bin"),
        (SourceKind.FILE, "/w/pytorch_model.bin", "pytorch_model.bin", "pytorch_model.bin"),
    ],
)
def test_files_are_named_as_code_scanning_wants_them(kind: SourceKind, name: str, text: str, uri: str) -> None:
    (result,) = run(rejected(of=snapshot(name, kind=kind, text=text)))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_fingerprints_outlive_commits_and_tell_places_apart() -> None:
    first, *_, last = (result["partialFingerprints"]["modelVerify/v1"] for result in run(everything())["results"])
    assert first != last
    (again,) = run(rejected())["results"]
    assert again["partialFingerprints"]["modelVerify/v1"] == first


def test_waived_results_are_suppressed() -> None:
    suppressed = [result for result in run(everything())["results"] if "suppressions" in result]
    assert [result["suppressions"][0]["justification"] for result in suppressed] == ["W-7"]


def test_accepted_models_have_no_results_but_are_listed() -> None:
    made = run(verdict())
    assert made["results"] == []
    assert made["properties"]["verdicts"][0]["commit"] == COMMIT
    assert made["invocations"][0]["executionSuccessful"] is True


def test_failures_are_notifications() -> None:
    made = run(failures=(Failure("org/gone", "not-found", "There is no org/gone.", ""),))
    invocation = made["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["descriptor"]["id"] == "not-found"
