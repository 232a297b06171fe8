"""Digests promised against digests computed from the bytes or, where those were not read, against each other."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.crosschecks import Yield
from verifier.records import Claim, Comparison, Dossier, Fact, Finding, Parameters, Result, Value, parameters

RULES = ("digest-mismatch",)


def check(dossier: Dossier) -> Iterator[Yield]:
    """Yields a comparison a promised digest, and a finding where the bytes are others.

    Facts are of kind `digest`, valued `(algorithm, hex)`, their evidence naming the artifact.
    """
    computed: dict[tuple[str, str], list[Fact]] = {}
    for fact in dossier.facts:
        if fact.kind == "digest" and isinstance(fact.value, tuple):
            computed.setdefault((fact.evidence.artifact, str(fact.value[0])), []).append(fact)
    claimed: dict[tuple[str, str], list[Claim]] = {}
    for claim in dossier.claims:
        if claim.kind == "digest" and isinstance(claim.value, tuple):
            claimed.setdefault((claim.subject, str(claim.value[0])), []).append(claim)
    for (subject, algorithm), claims in claimed.items():
        facts = computed.get((subject, algorithm), [])
        for index, claim in enumerate(claims):
            yield from _compare(claim, algorithm, facts) if facts else _unread(claim, algorithm, claims[:index])


def _unread(claim: Claim, algorithm: str, others: list[Claim]) -> Iterator[Yield]:
    """A promise about bytes nobody read, held against what others have promised of them before."""
    wrong = next((other for other in others if other.value != claim.value), None)
    if not others:
        yield Comparison("digest", claim, (), Result.INCONCLUSIVE, f"no {algorithm} was computed")
    elif wrong is None:
        reason = f"the {others[0].who} gives the same {algorithm}; the bytes were not read"
        yield Comparison("digest", claim, (), Result.CONSISTENT, reason)
    else:
        message = f"The {claim.who} and the {wrong.who} promise different bytes: their {algorithm} differs."
        yield Comparison("digest", claim, (), Result.CONTRADICTED, message)
        found = wrong.value[1] if isinstance(wrong.value, tuple) else None
        yield Finding("digest-mismatch", (wrong.evidence, claim.evidence), message, _named(claim, found))


def _compare(claim: Claim, algorithm: str, facts: list[Fact]) -> Iterator[Yield]:
    wrong = [fact for fact in facts if fact.value != claim.value]
    if not wrong:
        reason = f"the bytes have the {algorithm} the {claim.who} gives"
        yield Comparison("digest", claim, tuple(facts), Result.CONSISTENT, reason)
        return
    message = f"The bytes are not those the {claim.who} promises: their {algorithm} differs."
    found = next(fact.value[1] for fact in wrong if isinstance(fact.value, tuple))
    yield Comparison("digest", claim, tuple(facts), Result.CONTRADICTED, message)
    evidence = tuple(fact.evidence for fact in wrong)
    yield Finding("digest-mismatch", (*evidence, claim.evidence), message, _named(claim, found))


def _named(claim: Claim, found: Value) -> Parameters:
    algorithm, promised = claim.value if isinstance(claim.value, tuple) else ("", "")
    return parameters(algorithm=algorithm, computed=found, promised=promised, by=claim.who)
