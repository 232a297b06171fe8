"""Promised digests against computed ones."""

from __future__ import annotations

from tests.builders.dossiers import artifact, claim, digest_fact, snapshot
from verifier.crosschecks import digests
from verifier.records import Comparison, Dossier, Fact, Finding, Result

NAME = "model.safetensors"
PROMISED = claim("digest", ("sha256", "a" * 64), subject=NAME)


def check(*facts: Fact) -> tuple[list[Result], list[Finding]]:
    records = list(
        digests.check(Dossier(snapshot(artifact()), claims=(PROMISED, claim("license", "mit")), facts=facts))
    )
    compared = [record.result for record in records if isinstance(record, Comparison)]
    return compared, [record for record in records if isinstance(record, Finding)]


def test_bytes_as_promised() -> None:
    assert check(digest_fact(NAME, "a" * 64)) == ([Result.CONSISTENT], [])


def test_other_bytes_than_promised() -> None:
    compared, (found,) = check(digest_fact(NAME, "b" * 64))
    assert compared == [Result.CONTRADICTED]
    assert (found.rule, found.evidence[0].artifact) == ("digest-mismatch", NAME)
    assert dict(found.parameters) == {
        "algorithm": "sha256",
        "by": "publisher",
        "computed": "b" * 64,
        "promised": "a" * 64,
    }


def test_nothing_of_the_kind_was_computed() -> None:
    elsewhere = digest_fact("other", "b" * 64)
    git = digest_fact(NAME, "c" * 40, "git-blob-sha1")
    assert check(elsewhere, git, Fact("size", 1, elsewhere.evidence)) == ([Result.INCONCLUSIVE], [])


def test_promises_about_bytes_nobody_read_are_held_against_each_other() -> None:
    for value, result, rules in (("a", Result.CONSISTENT, []), ("b", Result.CONTRADICTED, ["digest-mismatch"])):
        other = claim("digest", ("sha256", value * 64), subject=NAME)
        records = list(digests.check(Dossier(snapshot(artifact()), claims=(PROMISED, other))))
        compared = [record.result for record in records if isinstance(record, Comparison)]
        assert compared == [Result.INCONCLUSIVE, result]
        assert [record.rule for record in records if isinstance(record, Finding)] == rules
