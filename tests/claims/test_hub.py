"""The hub's word on a repository."""

from __future__ import annotations

from tests.builders.dossiers import artifact, opener, reference, snapshot
from verifier.claims import hub
from verifier.records import SourceKind, Standing

METADATA = (("author", "org"), ("endpoint", "https://hub.example"), ("library_name", "transformers"))


def test_what_the_hub_says_is_its_claim() -> None:
    claims = list(hub.collect(snapshot(artifact(), metadata=METADATA), opener()))
    assert [(claim.kind, claim.value) for claim in claims] == [("author", "org"), ("library-name", "transformers")]
    assert {(claim.who, claim.channel, claim.standing) for claim in claims} == {("hub", "hub-api", Standing.UNVERIFIED)}


def test_other_sources_say_nothing_for_the_hub() -> None:
    asked = reference(SourceKind.FOLDER)
    assert list(hub.collect(snapshot(artifact(), asked=asked, metadata=METADATA), opener())) == []
