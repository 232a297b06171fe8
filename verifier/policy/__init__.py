"""Policies: typed TOML with a closed vocabulary, and the pure function from everything known to a verdict.

A section of the file is a module of `sections/`. A policy may extend others; several policies must all accept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from verifier.policy._case import Case
from verifier.policy._discovery import FILE, Discovery, discover
from verifier.policy._document import Document
from verifier.policy._load import PYPROJECT, load, parse, presets, resolved, written
from verifier.policy._policy import Policy, defaults
from verifier.policy.sections.advisories import Advisories
from verifier.policy.sections.data import DataSet
from verifier.policy.sections.waive import RULES
from verifier.records import (
    Decision,
    Dossier,
    Level,
    Outcome,
    PolicyIdentity,
    Stage,
    ToolIdentity,
    Verdict,
)
from verifier.records.canonical import canonical_bytes, digest_of, snapshot_digest, to_plain
from verifier.records.trust import Signer

__all__ = [
    "FILE",
    "PYPROJECT",
    "RULES",
    "Combined",
    "DataSet",
    "Discovery",
    "Document",
    "Policy",
    "combined",
    "decide",
    "defaults",
    "discover",
    "load",
    "ordered",
    "outcome_of",
    "parse",
    "presets",
    "resolved",
    "written",
]


@dataclass(frozen=True, slots=True)
class Combined:
    """Several policies that must all accept.

    Args:
        policies: at least one, in order of their names.
    """

    policies: tuple[Policy, ...]

    @property
    def identity(self) -> PolicyIdentity:
        """All names, and a digest over all digests."""
        parts = [policy.identity for policy in self.policies]
        return PolicyIdentity(" + ".join(part.name for part in parts), digest_of([part.digest for part in parts]))

    @property
    def asks_for_lineage(self) -> bool:
        """Whether the licenses of base models matter to one of them."""
        return any(policy.asks_for_lineage for policy in self.policies)

    @property
    def asks_for_load(self) -> bool:
        """Whether one of them wants that loading it was observed."""
        return any(policy.asks_for_load for policy in self.policies)

    @property
    def signers(self) -> tuple[Signer, ...]:
        """Whom one of them trusts to sign."""
        return tuple(dict.fromkeys(signer for policy in self.policies for signer in policy.signers))

    @property
    def revoked(self) -> tuple[str, ...]:
        """What one of them has revoked."""
        return tuple(dict.fromkeys(digest for policy in self.policies for digest in policy.revoked))

    @property
    def advisories(self) -> tuple[Advisories, ...]:
        """Where they keep records of known-bad models."""
        return tuple(dict.fromkeys(place for policy in self.policies for place in policy.advisories))

    @property
    def data(self) -> tuple[tuple[str, DataSet], ...]:
        """Data sets that lie here; a name may stand for several, if they do not agree."""
        return tuple(dict.fromkeys(one for policy in self.policies for one in policy.data))

    def decisions(self, case: Case) -> frozenset[Decision]:
        """What each of them makes of a case, under its name."""
        return frozenset(
            replace(decision, clause=f"{policy.name}: {decision.clause}")
            for policy in self.policies
            for decision in policy.decisions(case)
        )


def combined(policies: Sequence[Policy]) -> Policy | Combined:
    """Policies that must all accept; their order does not matter, and the same one twice counts once."""
    each = sorted({policy.identity.digest: policy for policy in policies}.values(), key=_named)
    return each[0] if len(each) == 1 else Combined(tuple(each))


def _named(policy: Policy) -> tuple[str, str]:
    return policy.name, policy.identity.digest


def decide(
    policy: Policy | Combined,
    dossier: Dossier,
    *,
    stage: Stage,
    tool: ToolIdentity,
    dependencies: tuple[Verdict, ...],
    today: date,
) -> Verdict:
    """The verdict: a pure function of its arguments.

    Args:
        policy: what is accepted.
        dossier: what is known of the snapshot.
        stage: what its digests are.
        tool: which build asks.
        dependencies: verdicts of the repositories the snapshot loads.
        today: the one clock.
    """
    decisions = ordered(policy, Case(dossier, dependencies, stage, today))
    return Verdict(
        outcome=outcome_of(decisions),
        stage=stage,
        dossier=dossier,
        decisions=decisions,
        policy=policy.identity,
        tool=tool,
        snapshot_digest=snapshot_digest(dossier.snapshot),
        dependencies=dependencies,
    )


def ordered(policy: Policy | Combined, case: Case) -> tuple[Decision, ...]:
    """What a policy makes of a case: what counts before what is waived, worst first."""
    return tuple(sorted(policy.decisions(case), key=_order))


def outcome_of(decisions: Iterable[Decision]) -> Outcome:
    """The worst of the decisions that no waiver covers."""
    counting = (_OUTCOMES[decision.level] for decision in decisions if decision.waiver is None)
    return max(counting, key=lambda outcome: outcome.rank, default=Outcome.ACCEPTED)


_OUTCOMES = {
    Level.DENY: Outcome.REJECTED,
    Level.UNDECIDED: Outcome.UNDECIDED,
    Level.NOTE: Outcome.ACCEPTED,
    Level.ALLOW: Outcome.ACCEPTED,
}


def _order(decision: Decision) -> tuple[bool, int, str, str, bytes]:
    """What counts before what is waived; worst first, then by artifact, clause and everything else."""
    rank = tuple(Level).index(decision.level)
    return decision.waiver is not None, rank, decision.artifact, decision.clause, canonical_bytes(to_plain(decision))
