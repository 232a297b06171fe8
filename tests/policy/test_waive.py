"""Waivers: what they cover, that they end, and what is said of those that cover nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders.dossiers import TODAY, artifact, clean, decide, finding, gap, inspected, snapshot
from verifier.policy import Policy, parse
from verifier.records import Asserter, CoverageState, Digest, Dossier, Level, Outcome
from verifier.records.canonical import snapshot_digest

A, B = "a" * 64, "b" * 64


def policy(rule: str, about: str = 'model = "org/name"', expires: object = "2026-02-01", more: str = "") -> Policy:
    entry = f'[[waive]]\nrule = "{rule}"\n{about}\nreason = "r"\nowner = "ana"\nexpires = {expires}\n'
    return parse(f"version = 1\n{more}\n{entry}".encode(), "p.toml", today=TODAY)


def told(dossier: Dossier, chosen: Policy) -> list[tuple[str, Level, str | None]]:
    return [(one.clause, one.level, one.waiver) for one in decide(dossier, chosen).decisions]


LABEL = "ana until 2026-02-01: r"


@pytest.mark.parametrize(
    ("about", "covers"),
    [
        ('model = "org/name"', True),
        ('model = "org/*"', True),
        (f'model = "org/name@{"a" * 40}"', True),
        (f'model = "org/name@{"b" * 40}"', False),
        ('model = "org/nam"', False),
        ('model = "org/name2"', False),
        (f'digest = "{A}"', True),
        (f'digest = "{B}"', False),
        (f'model = "org/name"\ndigest = "{A}"', True),
        (f'model = "other/name"\ndigest = "{A}"', False),
    ],
)
def test_what_a_waiver_covers(about: str, covers: bool) -> None:
    file = replace(artifact(), digests=(Digest("sha256", A, Asserter.COMPUTED), Digest("sha256", B, Asserter.HUB)))
    dossier = Dossier(snapshot(file), findings=(finding("digest-mismatch"), finding("pickle-unsafe-call")))
    dossier = replace(dossier, findings=dossier.findings[1:], coverage=(inspected(),))
    verdict = decide(dossier, policy("pickle-unsafe-call", about))
    assert verdict.outcome is (Outcome.ACCEPTED if covers else Outcome.REJECTED)
    assert [one.waiver for one in verdict.decisions] == [LABEL if covers else None]


def test_the_digest_of_the_whole_covers_all_its_files() -> None:
    dossier = clean(findings=(finding("pickle-unsafe-call", "model.safetensors!member"),))
    whole = policy("pickle-unsafe-call", f'digest = "{snapshot_digest(dossier.snapshot)}"')
    assert decide(dossier, whole).outcome is Outcome.ACCEPTED


def test_a_claimed_digest_names_a_file_nobody_has_hashed() -> None:
    file = replace(artifact(), digests=(Digest("sha256", A, Asserter.HUB), Digest("git-blob-sha1", "1", Asserter.HUB)))
    dossier = Dossier(snapshot(file), findings=(finding("pickle-unsafe-call"),), coverage=(inspected(),))
    assert decide(dossier, policy("pickle-unsafe-call", f'digest = "{A}"')).outcome is Outcome.ACCEPTED


def test_only_what_it_names_is_set_aside() -> None:
    found = clean(findings=(finding("pickle-unsafe-call"), finding("pickle-unsafe-state")))
    assert told(found, policy("pickle-unsafe-call")) == [
        ("severity.high", Level.DENY, None),
        ("severity.high", Level.DENY, LABEL),
    ]
    two = Dossier(snapshot(artifact("a"), artifact("b")), coverage=(inspected("a"), gap(CoverageState.ERROR, "b")))
    assert decide(two, policy("coverage.error")).outcome is Outcome.ACCEPTED
    assert decide(two, policy("coverage.partial")).outcome is Outcome.UNDECIDED


def test_a_waiver_of_one_gap_sets_no_other_aside_where_nothing_was_seen() -> None:
    error, part = gap(CoverageState.ERROR), gap(CoverageState.PARTIAL)
    waived = policy("coverage.error", more='[coverage]\npartial = "note"')
    assert decide(clean(coverage=(error,)), waived).outcome is Outcome.ACCEPTED
    assert decide(clean(coverage=(part,)), waived).outcome is Outcome.UNDECIDED
    assert decide(clean(coverage=(error, part)), waived).outcome is Outcome.UNDECIDED
    assert decide(Dossier(snapshot(), coverage=(error,)), waived).outcome is Outcome.UNDECIDED


def test_it_ends_after_its_last_day() -> None:
    found = clean(findings=(finding("pickle-unsafe-call"),))
    assert decide(found, policy("pickle-unsafe-call", expires=TODAY)).outcome is Outcome.ACCEPTED
    ended = policy("pickle-unsafe-call", expires=TODAY - timedelta(1))
    assert told(found, ended) == [("severity.high", Level.DENY, None), ("severity.low", Level.NOTE, None)]
    strict = policy("pickle-unsafe-call", expires=TODAY - timedelta(1), more='[rules]\nwaiver-expired = "deny"')
    assert decide(clean(), strict).outcome is Outcome.REJECTED


def test_one_that_covers_nothing_is_a_note_for_the_model_it_names() -> None:
    assert told(clean(), policy("pickle-unsafe-call")) == [("waive.unused", Level.NOTE, None)]
    assert told(clean(findings=(finding("card-malformed"),)), policy("card-malformed")) == [
        ("waive.unused", Level.NOTE, None),
        ("severity.low", Level.NOTE, None),
    ]
    assert told(clean(), policy("pickle-unsafe-call", 'model = "other/*"')) == []


def test_what_undecided_means_does_not_reach_what_is_waived() -> None:
    dossier = Dossier(snapshot(artifact("a"), artifact("b")), coverage=(inspected("a"), gap(CoverageState.ERROR, "b")))
    strict = policy("coverage.error", more='[coverage]\nundecided = "deny"')
    assert told(dossier, strict) == [("coverage.error", Level.DENY, LABEL)]


def test_a_rejected_dependency_is_not_waived() -> None:
    bad = decide(clean(findings=(finding("digest-mismatch"),)))
    assert decide(clean(), policy("pickle-unsafe-call"), bad).outcome is Outcome.REJECTED


def test_of_two_that_cover_the_same_one_is_named() -> None:
    entry = '[[waive]]\nrule = "pickle-unsafe-call"\nmodel = "org/*"\nreason = "r"\nowner = "al"\nexpires = 2026-02-01'
    both = policy("pickle-unsafe-call", more=entry)
    found = clean(findings=(finding("pickle-unsafe-call"),))
    assert [one.waiver for one in decide(found, both).decisions] == ["al until 2026-02-01: r"]
