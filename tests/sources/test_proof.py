"""A hub's listing against the commit it names."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.builders.hub import Hub, Lie
from verifier.records import Finding, SourceKind, Standing
from verifier.records.git import PROOF
from verifier.sources import Source, resolve
from verifier.sources.reference import parse

LISTING = "/api/models/*/tree/*"


def listing(change: Callable[[list[dict[str, object]]], object]) -> Lie:
    """The hub's listing, with something changed in it."""

    def changed(body: bytes) -> bytes:
        entries = json.loads(body)
        change(entries)
        return json.dumps(entries).encode()

    return Lie(LISTING, body=changed)


def rewritten(path: str, key: str, value: object) -> Lie:
    def change(entries: list[dict[str, object]]) -> None:
        entry = next(entry for entry in entries if entry["path"] == path)
        part = entry.get("lfs")
        (part if isinstance(part, dict) else entry)[key] = value

    return listing(change)


def looked(hub: Hub, *lies: Lie) -> tuple[str, tuple[Finding, ...], Source]:
    hub.tell(*lies)
    source = resolve(parse("org/name"))
    assert source.snapshot.reference.kind is SourceKind.HUB
    return dict(source.snapshot.metadata)[PROOF], source.findings, source


def test_a_true_listing_is_proven_in_one_request(hub: Hub) -> None:
    proof, findings, _ = looked(hub)
    assert (proof, findings) == ("verified: 4 files are those the commit commits to", ())
    assert [seen.method for seen in hub.seen("*/git-upload-pack")] == ["POST"]


@pytest.mark.parametrize(
    ("lie", "path", "what"),
    [
        (rewritten("weights.bin", "oid", "ab" * 32), "weights.bin", "is listed with other bytes than are committed"),
        (rewritten("weights.bin", "size", 5), "weights.bin", "is listed with other bytes than are committed"),
        (rewritten("config.json", "oid", "ab" * 20), "config.json", "is listed with other bytes than are committed"),
        (rewritten("config.json", "path", "other.json"), "config.json", "is committed, but not listed"),
        (listing(lambda entries: entries.pop()), "weights.bin", "is committed, but not listed"),
        (
            listing(lambda entries: entries.append({"type": "file", "path": "a", "size": 1, "oid": "ab" * 20})),
            "a",
            "is listed, but not committed",
        ),
    ],
)
def test_a_listing_that_differs_is_a_finding(hub: Hub, lie: Lie, path: str, what: str) -> None:
    proof, (finding,), _ = looked(hub, lie)
    assert proof.startswith("contradicted: ")
    assert finding.rule == "hub-listing-not-committed"
    assert (finding.evidence[0].artifact, finding.evidence[0].what) == (path, what)


@pytest.mark.parametrize(
    "lie",
    [
        Lie("*/git-upload-pack", status=404),
        Lie("*/git-upload-pack", status=500),
        Lie("*/git-upload-pack", body=lambda _: b"<html>"),
        Lie("*/git-upload-pack", body=lambda body: body[:-40]),
        Lie("*/git-upload-pack", body=lambda body: body.replace(b"PACK", b"CAKE")),
        Lie("*/git-upload-pack", cut=30),
    ],
)
def test_a_hub_that_does_not_tell_proves_nothing_and_harms_nothing(hub: Hub, lie: Lie) -> None:
    proof, findings, source = looked(hub, lie)
    assert proof.startswith(f"{Standing.UNVERIFIED}: the commit could not be obtained: ")
    assert findings == ()
    assert len(source.snapshot.artifacts) == 4
