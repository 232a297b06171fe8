"""What a policy decided, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from verifier.records.claim import Claim, Comparison
from verifier.records.coverage import Coverage
from verifier.records.dossier import Dossier
from verifier.records.finding import Finding


class Level(StrEnum):
    """What a policy makes of one piece of evidence."""

    DENY = "deny"
    UNDECIDED = "undecided"
    NOTE = "note"
    ALLOW = "allow"


class Outcome(StrEnum):
    """The verdict's word."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDECIDED = "undecided"

    @property
    def exit_code(self) -> int:
        """The process's exit code for this outcome."""
        return {Outcome.ACCEPTED: 0, Outcome.REJECTED: 1, Outcome.UNDECIDED: 3}[self]

    @property
    def rank(self) -> int:
        """0 best, 2 worst: rejected is worse than undecided."""
        return (Outcome.ACCEPTED, Outcome.UNDECIDED, Outcome.REJECTED).index(self)


class Stage(StrEnum):
    """What the verdict is bound to."""

    PRE_DOWNLOAD = "pre-download"
    """Digests as the source claims them."""
    CONFIRMED = "confirmed"
    """Digests computed from the bytes."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of reasoning.

    Args:
        clause: the policy's clause, as `severity.critical` or `rules.pickle-unsafe-call`.
        level: what the clause makes of the evidence.
        cites: the finding, claim, comparison or gap decided on; a Verdict for a dependency.
        reason: one sentence.
        waiver: id of the waiver that set the level aside, or None.
    """

    clause: str
    level: Level
    cites: Finding | Claim | Comparison | Coverage | str
    reason: str
    waiver: str | None = None

    @property
    def artifact(self) -> str:
        """Name of the artifact it is about; for what is about none, what it cites instead, or nothing."""
        cited = self.cites.claim if isinstance(self.cites, Comparison) else self.cites
        if isinstance(cited, Finding):
            return cited.evidence[0].artifact
        if isinstance(cited, Coverage):
            return cited.artifact
        return cited.subject if isinstance(cited, Claim) else cited or ""


@dataclass(frozen=True, slots=True)
class PolicyIdentity:
    """Which policy decided: its name and the SHA-256 of its canonical form."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class ToolIdentity:
    """Which build decided: our version and the SHA-256 over rules, registries and format versions."""

    version: str
    digest: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for one snapshot, bound to its bytes.

    Args:
        outcome: the worst of decisions and dependencies.
        stage: what digests it is bound to.
        dossier: what was known.
        decisions: the reasoning, worst first.
        policy: which policy decided.
        tool: which build decided.
        snapshot_digest: SHA-256 over paths, sizes and digests of the snapshot (see records.canonical).
        dependencies: verdicts of the repositories this one loads.
    """

    outcome: Outcome
    stage: Stage
    dossier: Dossier
    decisions: tuple[Decision, ...]
    policy: PolicyIdentity
    tool: ToolIdentity
    snapshot_digest: str
    dependencies: tuple[Verdict, ...] = ()
