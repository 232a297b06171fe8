"""What holds for every policy and every dossier."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import partial
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from tests.builders.dossiers import TODAY, artifact, claim, comparison, decide, finding, snapshot
from verifier.policy import Policy, combined, parse
from verifier.policy.sections.waive import NEVER
from verifier.records import (
    Artifact,
    Comparison,
    Coverage,
    CoverageState,
    Dossier,
    Edge,
    EdgeKind,
    Evidence,
    Fact,
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
SETTABLE = sorted(rule_ids() - {"waiver-unused"})
FORMATS = ("json", "pickle", "safetensors")

names = st.sampled_from(NAMES)
findings = st.builds(finding, st.sampled_from(sorted(rule_ids())), names)
states = st.sampled_from(CoverageState)
gaps = st.sampled_from([s for s in CoverageState if not s.clean and s is not CoverageState.UNKNOWN])
comparisons = st.builds(comparison, st.sampled_from(["digest", "library-name"]), st.sampled_from(Result))


def covered(name: str, state: CoverageState, how: str = "json", offset: int = 0, length: int | None = None) -> Coverage:
    return Coverage(name, state, "a reason", f"{how}/1", offset, length)


claims = st.builds(
    claim, st.just("license"), st.sampled_from(["mit", "gemma"]), subject=st.sampled_from([".", "org/base"])
)
BASE = Edge(EdgeKind.DERIVED_FROM, "org/base", None, Evidence("README.md", "base_model", "card/1"))
CODE = Edge(EdgeKind.LOADS_CODE, "other/repo", None, Evidence("config.json", "auto_map", "json/1"))
NAMED = Fact("pickle-symbols", ("os.system",), Evidence("b.bin", "1 symbols", "pipeline/1"))
coverage = st.builds(covered, names, states, st.sampled_from(FORMATS), st.integers(0, 9), st.none() | st.integers(1, 9))
artifacts = st.builds(
    lambda name, formats: artifact(name, 10, *formats), names, st.lists(st.sampled_from(FORMATS), max_size=2)
)


def waiver(rule: str, model: str) -> str:
    return f'[[waive]]\nrule = "{rule}"\nmodel = "{model}"\nreason = "r"\nowner = "o"\nexpires = 2026-02-01\n'


subjects = st.sampled_from(
    [
        *sorted(rule_ids() - NEVER),
        "coverage.error",
        "coverage.partial",
        "formats.allow",
        "card.require",
        "card.licenses",
    ]
)
waivers = st.builds(waiver, subjects, st.sampled_from(["org/name", "org/*", "other/name"]))


@st.composite
def texts(draw: st.DrawFn) -> str:
    word = partial(draw, st.sampled_from(LEVELS))
    lines = ["version = 1", "[severity]"]
    lines += [f'{severity} = "{word()}"' for severity in ("critical", "high", "medium", "low", "info")]
    lines += ["[coverage]", *(f'{state} = "{word()}"' for state in CoverageState if not state.clean)]
    lines += [draw(st.sampled_from(["", 'undecided = "deny"']))]
    lines += [f"[sources]\npinned = {str(draw(st.booleans())).lower()}"]
    lines += [draw(st.sampled_from(["", 'organizations = ["org"]', 'names = ["0rganization"]']))]
    lines += ["[formats]", draw(st.sampled_from(["", 'deny = ["pickle"]', 'allow = ["json", "safetensors"]']))]
    lines += [f'[card]\ncontradicted = "{word()}"', draw(st.sampled_from(["", 'require = ["license"]']))]
    lines += [draw(st.sampled_from(["", 'licenses = ["MIT"]', "lineage = true"]))]
    lines += draw(st.sampled_from([[], ['[symbols]\n"os.*" = { forbidden = true, reason = "r", owner = "o" }']]))
    lines += ["[code]", draw(st.sampled_from(["", f'remote = "{word()}"', 'remote-from = ["org/*"]']))]
    lines += ["[rules]", *(f'{rule} = "{word()}"' for rule in draw(st.sets(st.sampled_from(SETTABLE), max_size=2)))]
    return "\n".join(lines) + "\n" + "".join(draw(st.lists(waivers, max_size=2)))


def read(text: str) -> Policy:
    return parse(text.encode(), "drawn.toml", today=TODAY)


policies = st.builds(read, texts())


@st.composite
def dossiers(draw: st.DrawFn) -> Dossier:
    files: list[Artifact] = draw(st.lists(artifacts, unique_by=lambda item: item.path))
    return Dossier(
        snapshot(*files),
        findings=tuple(draw(st.lists(findings, max_size=4))),
        claims=tuple(draw(st.lists(claims, max_size=2))),
        edges=(BASE,) if draw(st.booleans()) else (),
        comparisons=tuple(draw(st.lists(comparisons, max_size=3))),
        coverage=tuple(draw(st.lists(coverage, max_size=6))),
    )


verdicts = st.builds(decide, dossiers(), st.just("default"))


@given(dossiers(), policies, findings, gaps, names, comparisons, verdicts)
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
        decide(replace(dossier, edges=(*dossier.edges, CODE)), policy),
        decide(replace(dossier, facts=(*dossier.facts, NAMED)), policy),
    ]
    if name in {record.artifact for record in dossier.coverage if record.state is not CoverageState.UNKNOWN}:
        worse.append(decide(replace(dossier, coverage=(*dossier.coverage, unread)), policy))
    assert all(after.outcome.rank >= before.outcome.rank for after in worse)


@given(dossiers(), policies, st.randoms(use_true_random=False))
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


@given(dossiers(), policies)
def test_missing_evidence_never_passes(dossier: Dossier, policy: Policy) -> None:
    if decide(dossier, policy).outcome is not Outcome.ACCEPTED:
        assert decide(replace(dossier, claims=()), policy).outcome is not Outcome.ACCEPTED
    for artifact_ in dossier.snapshot.artifacts:
        rest = tuple(record for record in dossier.coverage if record.artifact != artifact_.name)
        assert decide(replace(dossier, coverage=rest), policy).outcome is not Outcome.ACCEPTED


@given(dossiers(), policies)
def test_the_outcome_is_the_worst_decision_and_every_decision_has_a_reason(dossier: Dossier, policy: Policy) -> None:
    verdict = decide(dossier, policy)
    levels = {decision.level for decision in verdict.decisions}
    worst = Outcome.REJECTED if Level.DENY in levels else Outcome.UNDECIDED if Level.UNDECIDED in levels else None
    assert verdict.outcome is (worst or Outcome.ACCEPTED)
    assert all(decision.reason and decision.clause for decision in verdict.decisions)
    assert len(verdict.decisions) >= len(set(dossier.findings))


@given(dossiers(), texts(), subjects, st.sampled_from(["org/name", "org/*", "other/name"]))
def test_a_waiver_affects_only_what_it_names(dossier: Dossier, text: str, subject: str, model: str) -> None:
    before = decide(dossier, read(text))
    after = decide(dossier, read(text + waiver(subject, model)))
    about = [decision for decision in after.decisions if decision.clause != "waive.unused"]
    told = {decision for decision in before.decisions if decision.clause != "waive.unused"}
    assert {replace(decision, waiver=None) for decision in about} == {replace(one, waiver=None) for one in told}
    for changed in set(about) - told:
        cited = changed.cites
        assert subject == (cited.rule if isinstance(cited, Finding) else changed.clause)
        assert model != "other/name"
        assert changed.level in (Level.DENY, Level.UNDECIDED)
    if model == "other/name":
        assert after.decisions == before.decisions


@given(dossiers(), st.lists(policies, min_size=2, max_size=3))
def test_several_policies_are_as_strict_as_the_strictest_in_any_order(dossier: Dossier, several: list[Policy]) -> None:
    together = decide(dossier, combined(several))
    assert together.decisions == decide(dossier, combined([*reversed(several), several[0]])).decisions
    worst = max((decide(dossier, one).outcome for one in several), key=lambda outcome: outcome.rank)
    assert together.outcome is worst


@given(dossiers(), policies)
def test_a_waived_decision_stays_visible_and_behind_those_that_count(dossier: Dossier, policy: Policy) -> None:
    waived = [decision.waiver is not None for decision in decide(dossier, policy).decisions]
    assert waived == sorted(waived)
