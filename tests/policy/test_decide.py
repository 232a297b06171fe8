"""Decisions by example; what holds for all of them stands in test_properties."""

from __future__ import annotations

import pytest

from tests.builders.dossiers import (
    artifact,
    claim,
    clean,
    comparison,
    decide,
    finding,
    gap,
    inspected,
    reference,
    snapshot,
    written,
)
from verifier.policy import Policy
from verifier.records import (
    Claim,
    Comparison,
    Coverage,
    CoverageState,
    Dossier,
    Evidence,
    Finding,
    Level,
    Outcome,
    Reference,
    Result,
    SourceKind,
    Standing,
)
from verifier.records.canonical import snapshot_digest

EVIDENCE = Evidence(".", "license: mit", "hub/1")


def clauses(dossier: Dossier, policy: Policy | str = "default") -> list[tuple[str, Level]]:
    return [(decision.clause, decision.level) for decision in decide(dossier, policy).decisions]


def test_a_model_inspected_completely_is_accepted() -> None:
    dossier = clean()
    verdict = decide(dossier)
    assert verdict.outcome is Outcome.ACCEPTED
    assert verdict.decisions == ()
    assert verdict.snapshot_digest == snapshot_digest(dossier.snapshot)
    assert verdict.policy.name == "default"


@pytest.mark.parametrize(
    ("rule", "clause", "outcome"),
    [
        ("digest-mismatch", "severity.critical", Outcome.REJECTED),
        ("card-malformed", "severity.low", Outcome.ACCEPTED),
        ("pickle-beside-safetensors", "severity.info", Outcome.ACCEPTED),
    ],
)
def test_a_finding_is_judged_by_its_severity(rule: str, clause: str, outcome: Outcome) -> None:
    found = finding(rule)
    verdict = decide(clean(findings=(found,)))
    assert verdict.outcome is outcome
    assert [(d.clause, d.cites, d.reason) for d in verdict.decisions] == [(clause, found, found.message)]


def test_a_rule_s_own_level_goes_before_its_severity_s() -> None:
    policy = written('[rules]\ncard-malformed = "deny"')
    assert clauses(clean(findings=(finding("card-malformed"),)), policy) == [("rules.card-malformed", Level.DENY)]


@pytest.mark.parametrize("state", [state for state in CoverageState if not state.clean])
def test_a_gap_is_undecided(state: CoverageState) -> None:
    found = gap(state)
    verdict = decide(clean(coverage=(inspected(), found) if state is not CoverageState.UNKNOWN else (found,)))
    assert verdict.outcome is Outcome.UNDECIDED
    assert (f"coverage.{state}", found) in [(d.clause, d.cites) for d in verdict.decisions]


def test_not_my_format_counts_only_where_nobody_stands_for_the_artifact_and_then_once() -> None:
    taken_back = gap(CoverageState.UNKNOWN, how="zip/1"), gap(CoverageState.UNKNOWN, how="tar/1")
    assert clauses(clean(coverage=(*taken_back, inspected()))) == []
    assert clauses(clean(coverage=taken_back)) == [("coverage.unknown-format", Level.UNDECIDED)]
    assert clauses(clean(coverage=taken_back), "permissive") == [
        ("coverage.nothing-inspected", Level.UNDECIDED),
        ("coverage.unknown-format", Level.NOTE),
    ]


@pytest.mark.parametrize("policy", ["default", "strict", "permissive"])
@pytest.mark.parametrize(
    "dossier",
    [Dossier(snapshot()), Dossier(snapshot(artifact())), clean(coverage=(gap(CoverageState.NOT_FETCHED),))],
    ids=["no files", "no records", "nothing fetched"],
)
def test_no_policy_accepts_what_was_never_looked_at(policy: str, dossier: Dossier) -> None:
    assert decide(dossier, policy).outcome is not Outcome.ACCEPTED


def test_a_file_without_a_record_is_undecided_beside_one_that_was_inspected() -> None:
    dossier = Dossier(snapshot(artifact(), artifact("other")), coverage=(inspected(),))
    assert clauses(dossier, "permissive") == [("coverage.unrecorded", Level.UNDECIDED)]


@pytest.mark.parametrize(
    ("ranges", "hole"),
    [
        ([(0, 10)], None),
        ([(0, None)], None),
        ([(5, None), (0, 5)], None),
        ([(0, 6), (2, 2), (5, 5)], None),
        ([(0, 4)], "bytes 4 to 10"),
        ([(0, 4), (6, 4)], "bytes 4 to 6"),
        ([(3, None)], "bytes 0 to 3"),
        ([(12, 4)], "bytes 0 to 10"),
    ],
)
def test_every_byte_needs_a_record(ranges: list[tuple[int, int | None]], hole: str | None) -> None:
    coverage = tuple(
        Coverage("model.safetensors", CoverageState.DATA, "tensors", "safetensors/1", start, length)
        for start, length in ranges
    )
    reasons = [decision.reason for decision in decide(clean(coverage=coverage), "permissive").decisions]
    assert reasons == ([] if hole is None else [f"model.safetensors: {hole} are in no record of inspection"])


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        ('[formats]\nallow = ["safetensors"]', []),
        ('[formats]\nallow = ["json"]', ["formats.allow"]),
        ('[formats]\ndeny = ["safetensors"]', ["formats.deny"]),
        ('[formats]\ndeny = ["json"]', []),
    ],
)
def test_formats_of_files(sections: str, expected: list[str]) -> None:
    assert [clause for clause, _ in clauses(clean(), written(sections))] == expected


def test_formats_of_members_count_and_formats_taken_back_do_not() -> None:
    dossier = Dossier(
        snapshot(artifact("model.bin", 10, "torch-zip", "pickle")),
        coverage=(
            inspected("model.bin", "torch-zip/1"),
            gap(CoverageState.UNKNOWN, "model.bin", "pickle/1"),
            inspected("model.bin!data.pkl", "pickle/1"),
            gap(CoverageState.ERROR, "model.bin!other", "pipeline/1"),
        ),
    )
    verdict = decide(dossier, written('[formats]\nallow = ["torch-zip"]\n[coverage]\nerror = "note"'))
    assert [d.cites for d in verdict.decisions if d.clause == "formats.allow"] == ["model.bin!data.pkl"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (reference(SourceKind.HUB), ["sources.pinned"]),
        (reference(SourceKind.HUB, "main"), ["sources.pinned"]),
        (reference(SourceKind.HUB, "a" * 40), []),
        (reference(SourceKind.URL), ["sources.kinds", "sources.pinned"]),
        (reference(SourceKind.URL, sha256="0" * 64), ["sources.kinds"]),
        (reference(SourceKind.FOLDER), []),
    ],
)
def test_sources(asked: Reference, expected: list[str]) -> None:
    policy = written('[sources]\npinned = true\nkinds = ["hub", "folder"]')
    dossier = Dossier(snapshot(artifact(), asked=asked), coverage=(inspected(),))
    assert clauses(dossier, policy) == [(clause, Level.DENY) for clause in expected]


@pytest.mark.parametrize(
    ("claims", "cited"),
    [
        ((), "license"),
        ((claim("license", None, standing=Standing.ABSENT),), claim("license", None, standing=Standing.ABSENT)),
        ((claim("license", "mit"),), None),
        ((Claim("license", "mit", "hub", "hub-api", ".", Standing.UNVERIFIED, EVIDENCE),), "license"),
    ],
)
def test_a_required_field_must_be_declared(claims: tuple[Claim, ...], cited: object) -> None:
    verdict = decide(clean(claims=claims), written('[card]\nrequire = ["license"]'))
    assert [d.cites for d in verdict.decisions if d.level is not Level.ALLOW] == ([] if cited is None else [cited])
    assert verdict.outcome is (Outcome.ACCEPTED if cited is None else Outcome.UNDECIDED)


@pytest.mark.parametrize(
    ("compared", "expected"),
    [
        (comparison("digest", Result.CONTRADICTED), [("integrity.mismatch", Level.DENY)]),
        (comparison("library-name", Result.CONTRADICTED), [("card.contradicted", Level.UNDECIDED)]),
        (comparison("digest", Result.INCONCLUSIVE), []),
    ],
)
def test_contradictions(compared: Comparison, expected: list[tuple[str, Level]]) -> None:
    assert clauses(clean(comparisons=(compared,))) == expected


def test_the_verdict_is_the_worst_of_the_closure_and_names_the_repository() -> None:
    rejected = decide(clean(findings=(finding("digest-mismatch"),)))
    undecided = decide(Dossier(snapshot()))
    accepted = decide(clean())
    assert decide(clean(), "default", accepted, undecided).outcome is Outcome.UNDECIDED
    verdict = decide(clean(), "permissive", accepted, undecided, rejected)
    assert verdict.outcome is Outcome.REJECTED
    assert [(d.clause, d.level) for d in verdict.decisions] == [
        ("dependencies", level) for level in (Level.DENY, Level.UNDECIDED, Level.NOTE)
    ]
    assert verdict.decisions[0].reason == (
        "loading the model loads org/name, which is rejected: model.safetensors shows digest-mismatch"
    )
    assert decide(clean(), "default", accepted).outcome is Outcome.ACCEPTED


def test_decisions_stand_worst_first_and_then_by_artifact() -> None:
    findings = tuple(
        finding(rule, name) for name in ("b", "a") for rule in ("card-malformed", "digest-mismatch", "card-malformed")
    )
    cites = [decision.cites for decision in decide(clean(findings=findings)).decisions]
    places = [(cited.rule, cited.evidence[0].artifact) for cited in cites if isinstance(cited, Finding)]
    assert places == [
        ("digest-mismatch", "a"),
        ("digest-mismatch", "b"),
        ("card-malformed", "a"),
        ("card-malformed", "b"),
    ]
