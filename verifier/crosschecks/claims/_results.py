"""Comparisons, in few words."""

from __future__ import annotations

from verifier.records import Claim, Comparison, Fact, Result


def consistent(kind: str, claim: Claim, reason: str, *facts: Fact) -> Comparison:
    """The facts bear the claim out."""
    return Comparison(kind, claim, facts, Result.CONSISTENT, reason)


def contradicted(kind: str, claim: Claim, reason: str, *facts: Fact) -> Comparison:
    """The facts cannot be as they are if the claim is true."""
    return Comparison(kind, claim, facts, Result.CONTRADICTED, reason)


def inconclusive(kind: str, claim: Claim, reason: str, *facts: Fact) -> Comparison:
    """The facts do not settle it."""
    return Comparison(kind, claim, facts, Result.INCONCLUSIVE, reason)


def not_checkable(kind: str, claim: Claim, reason: str) -> Comparison:
    """Nothing that could be read here bears on the claim."""
    return Comparison(kind, claim, (), Result.NOT_CHECKABLE, reason)
