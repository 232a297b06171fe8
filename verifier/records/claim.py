"""What somebody asserts, and what became of it when it was held against the facts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from verifier.records.evidence import Evidence, Value
from verifier.records.fact import Fact


class Standing(StrEnum):
    """Authenticity of a claim: whether it is its claimant's word."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    CONTRADICTED = "contradicted"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Claim:
    """An assertion about a subject.

    Args:
        kind: slug, as `license` or `digest`.
        value: what is asserted.
        who: the claimant (`publisher`, `hub`, a signer's identity).
        channel: through which it reached us (`model-card`, `hub-api`, `signature`).
        subject: artifact name, or `.` for the whole snapshot.
        standing: authenticity.
        evidence: where it was read.
    """

    kind: str
    value: Value
    who: str
    channel: str
    subject: str
    standing: Standing
    evidence: Evidence


class Result(StrEnum):
    """How a claim fares against facts."""

    CONSISTENT = "consistent"
    CONTRADICTED = "contradicted"
    INCONCLUSIVE = "inconclusive"
    NOT_CHECKABLE = "not-checkable"
    NOT_DECLARED = "not-declared"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A claim held against facts.

    Args:
        kind: slug of what was compared, as `digest`.
        claim: the claim; None where nothing was declared.
        facts: what it was held against.
        result: the outcome.
        reason: one sentence.
    """

    kind: str
    claim: Claim | None
    facts: tuple[Fact, ...]
    result: Result
    reason: str
