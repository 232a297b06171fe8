"""Attestations beside a model: whose they are, what they say, and that they are held against the bytes."""

from __future__ import annotations

import hashlib
import json
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import certificates
from tests.builders.signing import FILES, NOW, blob, bundle, chained, envelope, holder, model, statement
from verifier.claims import Yield, attestations, signatures
from verifier.errors import SourceError
from verifier.records import Claim, Coverage, CoverageState, Finding, Standing, Value
from verifier.records.trust import Trust

SHA256 = hashlib.sha256(FILES["model.safetensors"]).hexdigest()
BUILDER = "https://github.com/org/name/.github/workflows/train.yml@refs/heads/main"


def provenance(**subjects: str) -> dict[str, Any]:
    """SLSA provenance of some files, by default of the weights."""
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [
            {"name": name.replace("__", "."), "digest": {"sha256": digest}}
            for name, digest in (subjects or {"model__safetensors": SHA256}).items()
        ],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://example.org/training/v1",
                "externalParameters": {},
                "resolvedDependencies": [{"uri": "git+https://github.com/org/name"}, {"digest": {}}],
            },
            "runDetails": {"builder": {"id": BUILDER}},
        },
    }


def collect(said: Any, name: str = "model.intoto.json", trust: Trust | None = None) -> list[Yield]:
    raw = said if isinstance(said, bytes) else json.dumps(said).encode()
    return list(attestations.collect(*model({**FILES, name: raw}), trust or Trust(NOW, (holder(),))))


def claims(found: list[Yield]) -> list[Claim]:
    assert all(isinstance(one, Claim) for one in found), found
    return cast(list[Claim], found)


def details(claim: Claim) -> dict[str, Value]:
    return dict(cast(tuple[tuple[str, Value], ...], claim.value))


@pytest.mark.parametrize("wrap", [bundle, envelope])
def test_provenance_by_somebody_trusted_is_verified(wrap: Any) -> None:
    attested, digest = claims(collect(wrap(provenance())))
    assert (attested.kind, attested.standing, attested.who) == ("attestation", Standing.VERIFIED, "signer ana")
    told = details(attested)
    assert told["builder"] == BUILDER
    assert told["build"] == "https://example.org/training/v1"
    assert told["sources"] == ("git+https://github.com/org/name",)
    assert (told["covered"], told["others"], told["reason"]) == (1, (), "")
    assert (digest.subject, digest.value, digest.channel) == ("model.safetensors", ("sha256", SHA256), "attestation")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (provenance(), "nobody signed it"),
        (envelope(provenance(), certificates.key(number=1)), "no key that is trusted made it"),
        (bundle(provenance(), certificates.key(number=1)), "its key is not one of those trusted"),
    ],
)
def test_without_anybody_trusted_it_is_a_claim_only(said: Any, reason: str) -> None:
    attested, digest = claims(collect(said))
    assert {attested.standing, digest.standing} == {Standing.UNVERIFIED}
    assert details(attested)["reason"] == reason


def test_a_signer_for_other_models_or_revoked_does_not_count() -> None:
    elsewhere = Trust(NOW, (holder(models=("org/other",)),))
    attested, _ = claims(collect(envelope(provenance()), trust=elsewhere))
    assert details(attested)["reason"] == "its key is not trusted for this model and day"
    revoked = Trust(NOW, (holder(),), revoked=(str(details(attested)["fingerprint"]),))
    attested, digest = claims(collect(envelope(provenance()), trust=revoked))
    assert {attested.standing, digest.standing} == {Standing.CONTRADICTED}


def test_subjects_are_found_by_name_in_the_same_folder_else_told() -> None:
    said = provenance(model__safetensors="0" * 64, elsewhere="1" * 64)
    attested, digest = claims(collect(said))
    assert digest.value == ("sha256", "0" * 64)
    assert details(attested)["others"] == ("elsewhere",)
    (attested,) = claims(collect(said, "below/model.intoto.json"))
    assert details(attested)["others"] == ("model.safetensors", "elsewhere")


def test_lines_are_attestations_each() -> None:
    old = {
        **provenance(),
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": "https://slsa.dev/provenance/v0.2",
    }
    lines = b"\n".join(json.dumps(one).encode() for one in (bundle(provenance()), envelope(old), bundle(statement())))
    found = claims(collect(lines + b"\n\n", "model.intoto.jsonl"))
    told = [(one.evidence.what, details(one)["predicate"]) for one in found if one.kind == "attestation"]
    assert told == [
        ("attestation 1", "https://slsa.dev/provenance/v1"),
        ("attestation 2", "https://slsa.dev/provenance/v0.2"),
        ("attestation 3", "https://model_signing/signature/v1.0"),
    ]


def _without(*path: str) -> dict[str, Any]:
    said = provenance()
    inner = said
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return said


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        {"mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.2"},
        blob(b"signed as it is"),
        {**envelope(provenance()), "signatures": []},
        {**envelope(provenance()), "payloadType": "text/plain"},
        {**bundle(provenance()), "dsseEnvelope": envelope(provenance(), certificates.key(number=1))},
        chained(b"no certificate", payload=provenance()),
        {**provenance(), "_type": "https://in-toto.io/Statement/v2"},
        {**provenance(), "subject": []},
        {**provenance(), "subject": [{"name": "a", "digest": {}}]},
        {**provenance(), "subject": [{"name": 1, "digest": {"sha256": "0"}}]},
        {**statement(), "_type": "https://in-toto.io/Statement/v0.1"},
        _without("predicate", "buildDefinition"),
        _without("predicate", "buildDefinition", "buildType"),
        _without("predicate", "buildDefinition", "externalParameters"),
        _without("predicate", "runDetails", "builder", "id"),
    ],
)
def test_what_is_no_attestation_is_told(said: Any) -> None:
    claim, finding = collect(said)
    assert isinstance(claim, Claim)
    assert claim.standing is Standing.CONTRADICTED
    assert isinstance(finding, Finding)
    assert finding.rule == "attestation-malformed"


def test_too_many_lines_and_unreadable_files_are_gaps() -> None:
    (gap,) = collect(b"{}\n" * 101, "model.intoto.jsonl")
    assert isinstance(gap, Coverage)
    assert gap.state is CoverageState.LIMIT
    snapshot, _ = model({**FILES, "model.intoto.json": b"{}"})

    def fails(_: str) -> Any:
        raise SourceError("it is gone.")

    (gap,) = attestations.collect(snapshot, fails, Trust(NOW))
    assert isinstance(gap, Coverage)
    assert gap.state is CoverageState.NOT_FETCHED


def test_bundles_of_provenance_under_other_names_are_attestations_too() -> None:
    raw = json.dumps(bundle(provenance())).encode()
    found = signatures.collect(*model({**FILES, "build.sigstore.json": raw}), Trust(NOW, (holder(),)))
    assert [(one.kind, one.standing) for one in claims(list(found))] == [
        ("attestation", Standing.VERIFIED),
        ("digest", Standing.VERIFIED),
    ]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_attestations_come_in_bundles_of_all_versions(version: int) -> None:
    older = bundle(provenance(), mediaType=f"application/vnd.dev.sigstore.bundle+json;version=0.{version}")
    assert [one.standing for one in claims(collect(older))] == [Standing.VERIFIED] * 2


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=4)
KEYS = ("_type", "subject", "predicateType", "predicate", "payload", "signatures", "mediaType")


@given(st.dictionaries(st.sampled_from(KEYS), LEAVES | st.lists(st.dictionaries(st.text(max_size=3), LEAVES))))
def test_any_change_is_a_claim_or_told(changes: dict[str, Any]) -> None:
    found = collect({**provenance(), **changes})
    assert isinstance(found[0], Claim)
    assert found[0].standing is not Standing.VERIFIED
