"""Bills of materials: valid to the official schema, and saying what is known."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.builders.dossiers import claim
from tests.builders.safetensors import model_bytes
from tests.builders.verdicts import everything, finding, rejected, snapshot, undecided
from tests.builders.verdicts import verdict as accepted
from tests.sources.conftest import lay_out
from verifier import verify_model
from verifier.data import licenses
from verifier.errors import UsageError
from verifier.records import Claim, Evidence, Fact, SourceKind, Standing, Verdict
from verifier.reports import cyclonedx, cyclonedx17
from verifier.reports._failure import Failure

VERSIONS = {"1.6": (cyclonedx, SchemaVersion.V1_6), "1.7": (cyclonedx17, SchemaVersion.V1_7)}
HOSTILE = "\x1b[2J </script> \u202e \"' {} %00 http://[x"
CARD = b"""\
---
license: [apache-2.0, house-rules]
base_model: org/base
datasets: [one, two]
pipeline_tag: text-generation
language: en
tags: [x, y]
---
"""
METRICS = b"""\
---
license: mit
model-index:
- name: model
  results:
  - task: {type: text-classification}
    dataset: {type: glue, name: GLUE, split: test}
    metrics:
    - {type: accuracy, value: 0.91}
    - {type: f1, value: 0.5}
---
"""


def bill(verdict: Verdict, version: str = "1.6") -> dict[str, Any]:
    """The bill of materials, once the official validator has nothing to say against it."""
    report, schema = VERSIONS[version]
    text = report.render([verdict])
    assert text == report.render([verdict])
    complaint = JsonStrictValidator(schema).validate_str(text)
    assert complaint is None, str(complaint)[:2000]
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def saying(*claims: Claim, facts: tuple[Fact, ...] = ()) -> Verdict:
    plain = accepted()
    return replace(plain, dossier=replace(plain.dossier, claims=claims, facts=facts))


@pytest.mark.parametrize("version", VERSIONS)
def test_claimed_metrics_are_claims_of_the_model_card(version: str, tmp_path: Path) -> None:
    lay_out(tmp_path, {"README.md": METRICS, "model.safetensors": model_bytes(3)})
    card = bill(verify_model(tmp_path), version)["metadata"]["component"]["modelCard"]
    assert card["quantitativeAnalysis"]["performanceMetrics"] == [
        {"type": "accuracy", "value": "0.91", "slice": "glue test"},
        {"type": "f1", "value": "0.5", "slice": "glue test"},
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("build", [accepted, rejected, undecided, everything])
def test_every_verdict_makes_a_valid_bill(build: Callable[[], Verdict], version: str) -> None:
    assert bill(build(), version)["specVersion"] == version


@pytest.mark.parametrize("version", VERSIONS)
def test_text_from_a_model_keeps_it_valid(version: str) -> None:
    of = snapshot(HOSTILE, kind=SourceKind.FOLDER, text=HOSTILE)
    verdict = rejected(finding(what=HOSTILE), of=of)
    kinds = ("license", "base-model", "datasets", "pipeline-tag", "tags", "language")
    signature = Claim("signature", (), HOSTILE, "signature", ".", Standing.VERIFIED, Evidence(HOSTILE, "x", "test/1"))
    claims = (*(claim(kind, HOSTILE) for kind in kinds), signature)
    assert bill(replace(verdict, dossier=replace(verdict.dossier, claims=claims)), version)


def test_a_model_is_told_with_what_its_card_declares_and_its_bytes_show(tmp_path: Path) -> None:
    files = {"README.md": CARD, "config.json": b'{"model_type": "bert"}', "model.safetensors": model_bytes(2)}
    verdict = verify_model(lay_out(tmp_path / "model", files))
    told = bill(verdict)
    model = told["metadata"]["component"]
    assert model["licenses"] == [
        {"license": {"id": "Apache-2.0", "acknowledgement": "declared"}},
        {"license": {"name": "house-rules", "acknowledgement": "declared"}},
    ]
    assert model["pedigree"]["ancestors"][0]["purl"] == "pkg:huggingface/org/base"
    parameters = model["modelCard"]["modelParameters"]
    assert parameters["task"] == "text-generation"
    assert [one["name"] for one in parameters["datasets"]] == ["one", "two"]
    assert model["tags"] == ["x", "y"]
    components = {one["name"]: one for one in told["components"]}
    assert components.keys() == files.keys()
    assert all(len(one["hashes"][0]["content"]) == 64 for one in components.values())
    assert {one["name"]: one["value"] for one in model["properties"]}["model-verify:outcome"] == verdict.outcome


def test_the_architecture_is_what_the_bytes_show() -> None:
    facts = tuple(
        Fact(kind, "llama", Evidence("model.gguf", "llama", "gguf/1")) for kind in ("producer", "architecture")
    )
    model = bill(saying(facts=facts))["metadata"]["component"]
    assert model["modelCard"]["modelParameters"] == {"architectureFamily": "llama"}


def test_findings_name_what_they_affect_and_what_was_decided() -> None:
    (found,) = bill(rejected())["vulnerabilities"]
    assert (found["id"], found["affects"]) == ("npy-malformed", [{"ref": "file:pytorch_model.bin"}])
    assert {"name": "model-verify:decision", "value": "deny"} in found["properties"]
    elsewhere = finding()
    elsewhere = replace(elsewhere, evidence=(Evidence(".", "seen", "test/1"),))
    verdict = rejected(elsewhere)
    (found,) = bill(replace(verdict, decisions=()))["vulnerabilities"]
    assert found["affects"] == [{"ref": "model"}]


def test_what_a_model_loads_is_part_of_it() -> None:
    local = accepted(of=replace(snapshot("/x/base", kind=SourceKind.FOLDER)))
    told = bill(replace(accepted(), dependencies=(accepted(of=snapshot("org/base")), local)))
    loads = [one for one in told["components"] if one["type"] == "machine-learning-model"]
    assert [one["name"] for one in loads] == ["base", "base"]
    assert {one["bom-ref"] for one in loads} <= {*told["dependencies"][0]["dependsOn"]}


def test_what_a_card_leaves_out_is_left_out() -> None:
    model = bill(saying(claim("license", None, standing=Standing.ABSENT)))["metadata"]["component"]
    assert not {"licenses", "pedigree", "tags"} & model.keys()
    other = replace(claim("license", "mit"), channel="hub-api")
    assert "licenses" not in bill(saying(other))["metadata"]["component"]


def test_licenses_are_spelled_as_their_list_spells_them() -> None:
    assert licenses.spdx("apache-2.0") == "Apache-2.0"
    assert licenses.spdx("gemma") is None


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bill_is_about_one_model(version: str) -> None:
    report, _ = VERSIONS[version]
    failure = Failure("org/gone", "not-found", "There is no org/gone.", "Check the name.")
    for verdicts, failures in (([], []), ([accepted()] * 2, []), ([accepted()], [failure])):
        with pytest.raises(UsageError):
            report.render(verdicts, failures=failures)
