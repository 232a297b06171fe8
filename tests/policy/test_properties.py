"""What holds for every policy and every dossier."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from tests.builders.dossiers import artifact, claim, comparison, decide, finding, snapshot
from verifier.policy import Policy, parse
from verifier.records import (
    Artifact,
    Comparison,
    Coverage,
    CoverageState,
    Dossier,
    Finding,
    Level,
    Outcome,
    Result,
    Verdict,
)
from verifier.rules import rule_ids

T = TypeVar("T")

NAMES = ("a.safetensors", "b.bin", "c.json")
LEVELS = tuple(Level)
FORMATS = ("json", "pickle", "safetensors")

names = st.sampled_from(NAMES)
findings = st.builds(finding, st.sampled_from(sorted(rule_ids())), names)
states = st.sampled_from(CoverageState)
gaps = st.sampled_from([s for s in CoverageState if not s.clean and s is not CoverageState.UNKNOWN])
comparisons = st.builds(comparison, st.sampled_from(["digest", "library-name"]), st.sampled_from(Result))


def covered(name: str, state: CoverageState, how: str = "json", offset: int = 0, length: int | None = None) -> Coverage:
    return Coverage(name, state, "a reason", f"{how}/1", offset, length)


coverage = st.builds(covered, names, states, st.sampled_from(FORMATS), st.integers(0, 9), st.none() | st.integers(1, 9))
artifacts = st.builds(
    lambda name, formats: artifact(name, 10, *formats), names, st.lists(st.sampled_from(FORMATS), max_size=2)
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    word = partial(draw, st.sampled_from(LEVELS))
    lines = ["version = 1", "[severity]"]
    lines += [f'{severity} = "{word()}"' for severity in ("critical", "high", "medium", "low", "info")]
    lines += ["[coverage]", *(f'{state} = "{word()}"' for state in CoverageState if not state.clean)]
    lines += [f"[sources]\npinned = {str(draw(st.booleans())).lower()}"]
    lines += ["[formats]", draw(st.sampled_from(["", 'deny = ["pickle"]', 'allow = ["json", "safetensors"]']))]
    lines += [f'[card]\nrequire = ["license"]\ncontradicted = "{word()}"']
    return parse("\n".join(lines).encode(), "drawn.toml")


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    files: list[Artifact] = draw(st.lists(artifacts, unique_by=lambda item: item.path))
    return Dossier(
        snapshot(*files),
        findings=tuple(draw(st.lists(findings, max_size=4))),
        claims=(claim("license", "mit"),) if draw(st.booleans()) else (),
        comparisons=tuple(draw(st.lists(comparisons, max_size=3))),
        coverage=tuple(draw(st.lists(coverage, max_size=6))),
    )


verdicts = st.builds(decide, dossiers(), st.just("default"))


@given(dossiers(), policies(), findings, gaps, names, comparisons, verdicts)
def test_more_harm_never_improves_a_verdict(
    dossier: Dossier,
    policy: Policy,
    found: Finding,
    state: CoverageState,
    name: str,
    compared: Comparison,
    dependency: Verdict,
) -> None:
    before = decide(dossier, policy)
    unread = covered(name, state, length=0)
    worse = [
        decide(replace(dossier, findings=(*dossier.findings, found)), policy),
        decide(replace(dossier, comparisons=(*dossier.comparisons, compared)), policy),
        decide(dossier, policy, dependency),
        decide(replace(dossier, claims=()), policy),
    ]
    if name in {record.artifact for record in dossier.coverage if record.state is not CoverageState.UNKNOWN}:
        worse.append(decide(replace(dossier, coverage=(*dossier.coverage, unread)), policy))
    assert all(after.outcome.rank >= before.outcome.rank for after in worse)


@given(dossiers(), policies(), st.randoms(use_true_random=False))
def test_order_and_repetition_never_matter(dossier: Dossier, policy: Policy, chance: random.Random) -> None:
    def shuffled(items: tuple[T, ...]) -> tuple[T, ...]:
        return tuple(chance.sample([*items, *items], 2 * len(items)))

    other = replace(
        dossier,
        findings=shuffled(dossier.findings),
        claims=shuffled(dossier.claims),
        comparisons=shuffled(dossier.comparisons),
        coverage=shuffled(dossier.coverage),
    )
    assert decide(dossier, policy).decisions == decide(other, policy).decisions


@given(dossiers(), policies())
def test_missing_evidence_never_passes(dossier: Dossier, policy: Policy) -> None:
    for artifact_ in dossier.snapshot.artifacts:
        rest = tuple(record for record in dossier.coverage if record.artifact != artifact_.name)
        assert decide(replace(dossier, coverage=rest), policy).outcome is not Outcome.ACCEPTED


@given(dossiers(), policies())
def test_the_outcome_is_the_worst_decision_and_every_decision_has_a_reason(dossier: Dossier, policy: Policy) -> None:
    verdict = decide(dossier, policy)
    levels = {decision.level for decision in verdict.decisions}
    worst = Outcome.REJECTED if Level.DENY in levels else Outcome.UNDECIDED if Level.UNDECIDED in levels else None
    assert verdict.outcome is (worst or Outcome.ACCEPTED)
    assert all(decision.reason and decision.clause for decision in verdict.decisions)
    assert len(verdict.decisions) >= len(set(dossier.findings))
