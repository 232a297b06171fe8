"""Attesting what running a model showed, and holding the model against that later."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import tiny_models
from tests.cli.test_attestation import check
from tests.cli.test_behavior import measured, model
from tests.cli.test_signature import key
from verifier.cli import main

__all__ = ["key"]

TESTS = "https://in-toto.io/attestation/test-result/v0.1"


def predicate(file: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(file.read_text())
    assert told["predicateType"] == TESTS
    found: dict[str, Any] = told["predicate"]
    return found


def test_what_was_measured_is_attested_and_checked(
    tmp_path: Path, key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model").mkdir()
    reference, file = model(tmp_path / "model"), tmp_path / "model.att"
    assert main(["behavior", reference, "-q", "-o", f"attestation={file}", "--sign-key", str(key)]) == 0
    given = [str(file), reference, "--key", str(key.with_suffix(".pub"))]
    code, told = check(capsys, *given, "--policy", "default")
    assert (code, told["signer"], told["unmeasured"], told["failed"]) == (0, "ana.pub", [], [])
    assert check(capsys, *given, "--policy", "strict")[0] == 1
    tiny_models.doubling(tmp_path / "model" / "model.onnx", 2.01)
    code, told = check(capsys, *given)
    assert (code, told["differs"]) == (1, ["model.onnx"])


@pytest.mark.parametrize(("value", "code", "result"), [(0.5, 0, "WARNED"), (0.25, 1, "FAILED")])
def test_each_vector_and_number_is_a_test_and_data_is_configuration(
    tmp_path: Path, value: float, code: int, result: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "model").mkdir()
    file, data = tmp_path / "model.att", tmp_path / "set.npz"
    more = ["--data", f"set={data}", "-q", "-o", f"attestation={file}"]
    assert measured(tmp_path / "model", value, *more) == code
    told = predicate(file)
    assert told["result"] == result
    lists = ("failedTests", "passedTests", "warnedTests")
    names = {name.rpartition(":")[2]: list_ for list_ in lists for name in told[list_]}
    of_all = "failedTests" if code else "passedTests"
    assert names == {"g1": "passedTests", "half": "warnedTests", "bare": "warnedTests", "all": of_all}
    assert told["passedTests"][0] == "golden:publisher:behavior.yaml:g1"
    assert told["configuration"][0]["uri"] == "urn:model-verify:policy:default"
    assert {one["name"] for one in told["configuration"][1:]} == {"set"}
    assert len(told["urn:model-verify:measured"]) == 4
    capsys.readouterr()
    assert main(["attestation", str(file), str(tmp_path / "model"), "--unsigned"]) == code
    shown = capsys.readouterr().out
    assert "not measured: metric:publisher:behavior.yaml:half" in shown
    assert ("failed: metric:publisher:behavior.yaml:all" in shown) == bool(code)


def test_a_vector_that_did_not_run_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reference, file = model(tmp_path), tmp_path.parent / f"{tmp_path.name}.att"
    declared = tmp_path / "behavior.yaml"
    declared.write_text(declared.read_text().replace("entry: tensor", "entry: unheard-of"))
    assert main(["behavior", reference, "-q", "-o", f"attestation={file}"]) == 0
    assert predicate(file)["failedTests"] == ["golden:publisher:behavior.yaml:g1"]
    assert check(capsys, str(file), reference, "--unsigned")[0] == 1


def test_where_nothing_is_measured_nothing_is_attested(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_models.doubling(tmp_path / "model.onnx", 2.0)
    file = tmp_path.parent / f"{tmp_path.name}.att"
    assert main(["behavior", str(tmp_path), "-o", f"attestation={file}"]) == 2
    assert "Nothing is attested: nothing was measured." in capsys.readouterr().err
    assert not file.exists()


def test_a_result_with_a_failed_test_did_not_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model").mkdir()
    reference, file = model(tmp_path / "model"), tmp_path / "model.att"
    assert main(["behavior", reference, "-q", "-o", f"attestation={file}"]) == 0
    told = json.loads(file.read_text())
    assert check(capsys, str(file), reference, "--unsigned")[0] == 0
    policies = told["predicate"]["configuration"]
    for change in ({"failedTests": ["x"]}, {"result": "FAILED"}, {"result": "x"}, {"configuration": 2 * policies}):
        file.write_text(json.dumps({**told, "predicate": {**told["predicate"], **change}}))
        assert check(capsys, str(file), reference, "--unsigned")[0] == 1
