"""The hub's word on a repository."""

from __future__ import annotations

from tests.builders.dossiers import artifact, opener, reference, snapshot
from verifier.claims import hub
from verifier.records import Claim, Finding, SourceKind, Standing
from verifier.records.scan import HUB, SCANS, scan_key

METADATA = (("author", "org"), ("endpoint", "https://hub.example"), ("library_name", "transformers"))


def test_what_the_hub_says_is_its_claim() -> None:
    claims = [one for one in hub.collect(snapshot(artifact(), metadata=METADATA), opener()) if isinstance(one, Claim)]
    assert [(claim.kind, claim.value) for claim in claims] == [("author", "org"), ("library-name", "transformers")]
    assert {(claim.who, claim.channel, claim.standing) for claim in claims} == {("hub", "hub-api", Standing.UNVERIFIED)}


def test_scanners_are_named_and_only_unsafe_is_found() -> None:
    said = {
        SCANS: "done",
        scan_key(HUB, "a.bin"): "unsafe",
        scan_key("av", "a.bin"): "safe",
        scan_key("protectAi", "a.bin"): "unsafe",
        scan_key("new", "a:b.bin"): "suspicious",
        scan_key(HUB, "c.bin"): "unsafe",
    }
    records = list(hub.collect(snapshot(artifact(), metadata=tuple(said.items())), opener()))
    told = [(one.kind, one.value, one.who, one.subject) for one in records if isinstance(one, Claim)]
    assert told == [
        ("security-scans", "done", "hub", "."),
        ("security-status", "unsafe", "hub", "a.bin"),
        ("security-status", "safe", "ClamAV", "a.bin"),
        ("security-status", "unsafe", "Protect AI", "a.bin"),
        ("security-status", "suspicious", "new", "a:b.bin"),
        ("security-status", "unsafe", "hub", "c.bin"),
    ]
    assert [(one.rule, one.message) for one in records if isinstance(one, Finding)] == [
        ("hub-flags-file", "a.bin is unsafe according to Protect AI."),
        ("hub-flags-file", "c.bin is unsafe according to the hub."),
    ]


def test_other_sources_say_nothing_for_the_hub() -> None:
    asked = reference(SourceKind.FOLDER)
    assert list(hub.collect(snapshot(artifact(), asked=asked, metadata=METADATA), opener())) == []
