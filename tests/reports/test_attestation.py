"""Attestations: which verdicts become one, and what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.builders.verdicts import rejected, undecided
from tests.builders.verdicts import verdict as accepted
from verifier.errors import UsageError
from verifier.records import Asserter, Claim, Digest, Evidence, SourceKind, Stage, Standing, Verdict
from verifier.records.canonical import binding_digest
from verifier.reports import attestation, svr
from verifier.reports._attestation import MANIFEST, VERDICT
from verifier.reports._failure import Failure


def confirmed(verdict: Verdict, *claims: Claim) -> Verdict:
    """The same about bytes that were read."""
    snapshot = verdict.dossier.snapshot
    files = tuple(
        replace(one, digests=(*one.digests, Digest("sha256", "ef" * 32, Asserter.COMPUTED)))
        for one in snapshot.artifacts
    )
    dossier = replace(verdict.dossier, snapshot=replace(snapshot, artifacts=files), claims=claims)
    return replace(verdict, stage=Stage.CONFIRMED, dossier=dossier)


def statement(verdict: Verdict) -> dict[str, Any]:
    text = attestation.render([verdict])
    assert text.count("\n") == 1
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def test_files_and_the_manifest_that_binds_their_names_are_the_subjects() -> None:
    verdict = confirmed(accepted())
    subjects = {one["name"]: one["digest"]["sha256"] for one in statement(verdict)["subject"]}
    files = [(one.path, "sha256", "ef" * 32) for one in verdict.dossier.snapshot.artifacts]
    assert subjects == {**{path: digest for path, _, digest in files}, MANIFEST: binding_digest(files)}


@pytest.mark.parametrize(
    ("verdict", "result"), [(accepted(), "PASSED"), (rejected(), "FAILED"), (undecided(), "FAILED")]
)
def test_only_what_was_accepted_passed(verdict: Verdict, result: str) -> None:
    predicate = statement(confirmed(replace(verdict, dependencies=(accepted(),))))["predicate"]
    assert predicate["verificationResult"] == result
    assert (predicate["verifiedLevels"] == ["FAILED"]) == (result == "FAILED")
    assert predicate[VERDICT]["outcome"] == verdict.outcome
    assert predicate["policy"]["digest"]["sha256"] == verdict.policy.digest
    assert predicate["resourceUri"].startswith("pkg:huggingface/org/name@")
    assert [one["outcome"] for one in predicate[VERDICT]["dependencies"]] == ["accepted"]


@pytest.mark.parametrize(
    ("verdict", "missing"),
    [
        (accepted(), set()),
        (rejected(), {"MODEL_VERIFY_ACCEPTED", "MODEL_VERIFY_NOTHING_FOUND"}),
        (undecided(), {"MODEL_VERIFY_ACCEPTED", "MODEL_VERIFY_INSPECTED_WHOLE"}),
    ],
)
def test_a_simple_verification_result_lists_only_what_holds(verdict: Verdict, missing: set[str]) -> None:
    every = {"MODEL_VERIFY_ACCEPTED", "MODEL_VERIFY_INSPECTED_WHOLE", "MODEL_VERIFY_NOTHING_FOUND"}
    told = confirmed(verdict)
    parsed = json.loads(svr.render([told]))
    assert parsed["predicateType"] == "https://in-toto.io/attestation/svr/v0.2"
    assert parsed["subject"] == statement(told)["subject"]
    predicate = parsed["predicate"]
    assert set(predicate) == {"verifier", "timeCreated", "properties"}
    assert predicate["verifier"]["policies"] == [statement(told)["predicate"]["policy"]]
    assert set(predicate["properties"]) == every - missing


def test_a_folder_is_named_without_what_lies_above_it() -> None:
    verdict = confirmed(accepted())
    snapshot = verdict.dossier.snapshot
    reference = replace(snapshot.reference, kind=SourceKind.FOLDER)
    folder = replace(snapshot, reference=reference, id="/home/ana/my model/")
    dossier = replace(verdict.dossier, snapshot=folder)
    assert statement(replace(verdict, dossier=dossier))["predicate"]["resourceUri"] == "pkg:generic/my%20model"


def test_signatures_by_somebody_trusted_are_its_inputs() -> None:
    claims = [
        Claim("signature", (), "signer ana", "signature", ".", standing, Evidence(name, "a signature", "test/1"))
        for name in ("model.safetensors", "elsewhere.sig")
        for standing in (Standing.VERIFIED, Standing.UNVERIFIED)
    ]
    inputs = statement(confirmed(accepted(), *claims))["predicate"]["inputAttestations"]
    assert inputs == [{"uri": "model.safetensors", "digest": {"sha256": "ef" * 32}}]


def test_nothing_is_attested_that_was_not_read() -> None:
    unread = replace(accepted(), stage=Stage.CONFIRMED)
    before = replace(confirmed(accepted()), stage=Stage.PRE_DOWNLOAD)
    failure = Failure("org/gone", "not-found", "There is no org/gone.", "Check the name.")
    for verdicts in ([unread], [before], [], [confirmed(accepted())] * 2):
        with pytest.raises(UsageError):
            attestation.render(verdicts)
    with pytest.raises(UsageError):
        attestation.render([confirmed(accepted())], failures=[failure])
