"""Digests as claims."""

from __future__ import annotations

from dataclasses import replace

from tests.builders.dossiers import artifact, opener, snapshot
from verifier.claims import digests
from verifier.records import Asserter, Digest


def test_every_digest_somebody_else_gives_is_a_claim() -> None:
    given = tuple(Digest("sha256", str(number) * 64, by) for number, by in enumerate(Asserter))
    claims = list(digests.collect(snapshot(replace(artifact(), digests=given)), opener()))
    assert [(claim.who, claim.channel, claim.value) for claim in claims] == [
        ("hub", "hub-api", ("sha256", "0" * 64)),
        ("reference", "reference", ("sha256", "1" * 64)),
        ("cache", "hub-cache", ("sha256", "2" * 64)),
        ("lock", "models.lock", ("sha256", "3" * 64)),
    ]
    assert {claim.subject for claim in claims} == {"model.safetensors"}
