from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders.verdicts import PICKLE, WEIGHTS, finding, undecided, verdict
from verifier.records import (
    Artifact,
    Asserter,
    Claim,
    Comparison,
    Coverage,
    CoverageState,
    Decision,
    Digest,
    Evidence,
    Fact,
    Level,
    Outcome,
    Result,
    Standing,
    Verdict,
)
from verifier.workflows.refusal import NotAcceptedError
from verifier.workflows.selection import closure, select

FORBIDDEN = Decision("formats.allow", Level.DENY, f"{PICKLE}!archive/data.pkl", "no pickles")
CLAIM = Claim(
    "license", "mit", "publisher", "model-card", ".", Standing.UNVERIFIED, Evidence("README.md", "x", "card/1")
)


def judged(*decisions: Decision, outcome: Outcome = Outcome.REJECTED, **dossier: object) -> Verdict:
    plain = verdict()
    return replace(
        plain,
        outcome=outcome,
        decisions=decisions,
        dossier=replace(plain.dossier, **dossier),  # type: ignore[arg-type]
    )


def gap(name: str, state: CoverageState, level: Level = Level.UNDECIDED) -> Decision:
    return Decision(f"coverage.{state}", level, Coverage(name, state, "x", "pipeline/1"), "x")


def untwinned() -> tuple[Artifact, ...]:
    return tuple(replace(artifact, formats=()) for artifact in verdict().dossier.snapshot.artifacts)


def test_an_accepted_model_is_fetched_without_pickled_twins() -> None:
    selection = select(judged(outcome=Outcome.ACCEPTED))
    names = [artifact.path for artifact in selection.verdict.dossier.snapshot.artifacts]
    assert [artifact.path for artifact in selection.files] + list(selection.left_out) == names
    assert selection.size == sum(artifact.size for artifact in selection.files)
    assert not selection.hopeful


def test_files_of_forbidden_formats_are_left_out_and_their_gaps_with_them() -> None:
    selection = select(judged(FORBIDDEN, gap(PICKLE, CoverageState.ERROR)))
    assert PICKLE in selection.left_out
    unknown = gap(PICKLE, CoverageState.UNKNOWN, Level.DENY)
    assert PICKLE in select(judged(unknown)).left_out


@pytest.mark.parametrize("rule", ["pickle-dangerous-symbol", "digest-mismatch"])
def test_harm_in_a_file_that_is_left_out_stops_the_model(rule: str) -> None:
    harm = Decision("severity.critical", Level.DENY, finding(rule), "x")
    with pytest.raises(NotAcceptedError):
        select(judged(FORBIDDEN, harm))
    claim = replace(CLAIM, subject=PICKLE)
    other = Decision("integrity.mismatch", Level.DENY, Comparison("digest", claim, (), Result.CONTRADICTED, "x"), "x")
    with pytest.raises(NotAcceptedError):
        select(judged(FORBIDDEN, other))


@pytest.mark.parametrize("state", [CoverageState.NOT_FETCHED, CoverageState.LIMIT, CoverageState.PARTIAL])
def test_gaps_that_whole_files_may_close_are_hoped_for(state: CoverageState) -> None:
    nothing = Decision("coverage.nothing-inspected", Level.UNDECIDED, "org/name", "x")
    assert select(judged(gap(WEIGHTS, state), nothing, outcome=Outcome.UNDECIDED)).hopeful
    with pytest.raises(NotAcceptedError):
        select(judged(gap(WEIGHTS, state, Level.DENY)))
    with pytest.raises(NotAcceptedError):
        select(judged(gap("hf://org/gone", state), outcome=Outcome.UNDECIDED))


@pytest.mark.parametrize(
    "decision",
    [
        gap(WEIGHTS, CoverageState.ERROR),
        gap(WEIGHTS, CoverageState.UNKNOWN),
        Decision("card.require", Level.UNDECIDED, CLAIM, "x"),
        Decision("card.contradicted", Level.UNDECIDED, Comparison("license", None, (), Result.CONTRADICTED, "x"), "x"),
        Decision("sources.pinned", Level.DENY, "org/name", "x"),
        Decision("dependencies", Level.DENY, "org/gone", "x"),
    ],
)
def test_anything_else_stops_the_model(decision: Decision) -> None:
    with pytest.raises(NotAcceptedError):
        select(judged(decision))


def test_what_a_model_loads_is_looked_at_in_the_same_way() -> None:
    base = judged(FORBIDDEN)
    base = replace(base, dossier=replace(base.dossier, snapshot=replace(base.dossier.snapshot, id="org/base")))
    loads = Decision("dependencies", Level.DENY, "org/base", "x")
    adapter = replace(judged(loads), dependencies=(base, base))
    assert not select(adapter).hopeful
    assert [one.dossier.snapshot.id for one in closure(adapter)] == ["org/base", "org/name"]
    hopeless = replace(adapter, dependencies=(replace(base, decisions=undecided().decisions),))
    with pytest.raises(NotAcceptedError):
        select(hopeless)


def test_a_model_of_which_nothing_is_left_is_not_fetched() -> None:
    only = tuple(artifact for artifact in verdict().dossier.snapshot.artifacts if artifact.path == PICKLE)
    snapshot = replace(verdict().dossier.snapshot, artifacts=only)
    with pytest.raises(NotAcceptedError):
        select(judged(FORBIDDEN, snapshot=snapshot))


def test_an_index_goes_with_its_shards() -> None:
    index = Artifact("sub/pytorch_model.bin.index.json", 9, (Digest("sha256", "a" * 64, Asserter.HUB),))
    shard = Artifact("sub/x.bin", 9, (Digest("sha256", "a" * 64, Asserter.HUB),))
    fact = Fact("weight-index", ("x.bin",), Evidence(index.name, "x", "json/1"))
    snapshot = replace(
        verdict().dossier.snapshot, artifacts=tuple(sorted((*untwinned(), index, shard), key=lambda one: one.path))
    )
    denied = Decision("formats.deny", Level.DENY, shard.name, "x")
    selection = select(judged(denied, snapshot=snapshot, facts=(fact,)))
    assert selection.left_out == (index.path, shard.path)
    assert select(judged(snapshot=snapshot, facts=(fact,), outcome=Outcome.ACCEPTED)).left_out == ()
