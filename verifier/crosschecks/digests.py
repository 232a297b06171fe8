"""Digests promised against digests computed from the bytes."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.crosschecks import Yield
from verifier.records import Claim, Comparison, Dossier, Fact, Finding, Result, parameters

RULES = ("digest-mismatch",)


def check(dossier: Dossier) -> Iterator[Yield]:
    """Yields a comparison a promised digest, and a finding where the bytes are others.

    Facts are of kind `digest`, valued `(algorithm, hex)`, their evidence naming the artifact.
    """
    computed: dict[tuple[str, str], list[Fact]] = {}
    for fact in dossier.facts:
        if fact.kind == "digest" and isinstance(fact.value, tuple):
            computed.setdefault((fact.evidence.artifact, str(fact.value[0])), []).append(fact)
    for claim in dossier.claims:
        if claim.kind == "digest" and isinstance(claim.value, tuple):
            algorithm, promised = (str(part) for part in claim.value)
            yield from _compare(claim, algorithm, promised, computed.get((claim.subject, algorithm), []))


def _compare(claim: Claim, algorithm: str, promised: str, facts: list[Fact]) -> Iterator[Yield]:
    if not facts:
        reason = f"no {algorithm} was computed"
        yield Comparison("digest", claim, (), Result.INCONCLUSIVE, reason)
        return
    wrong = [fact for fact in facts if fact.value != claim.value]
    if not wrong:
        reason = f"the bytes have the {algorithm} the {claim.who} gives"
        yield Comparison("digest", claim, tuple(facts), Result.CONSISTENT, reason)
        return
    message = f"The bytes are not those the {claim.who} promises: their {algorithm} differs."
    found = next(fact.value[1] for fact in wrong if isinstance(fact.value, tuple))
    yield Comparison("digest", claim, tuple(facts), Result.CONTRADICTED, message)
    evidence = tuple(fact.evidence for fact in wrong)
    named = parameters(algorithm=algorithm, computed=found, promised=promised, by=claim.who)
    yield Finding("digest-mismatch", (*evidence, claim.evidence), message, named)
