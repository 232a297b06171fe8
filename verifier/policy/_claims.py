"""`[integrity]` and `[card]`: what must be asserted, and what becomes of assertions the facts contradict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from verifier.policy._case import Case
from verifier.policy._table import Table
from verifier.records import Claim, Comparison, Decision, Dossier, Level, Result, Standing
from verifier.records.card import CardField


@dataclass(frozen=True, slots=True)
class Integrity:
    """Digests held against bytes.

    Args:
        mismatch: level of bytes that are not those promised; always DENY, written out for the reader of a policy.
    """

    mismatch: Level = Level.DENY

    @classmethod
    def read(cls, policy: Table) -> Integrity:
        """From the whole policy."""
        table = policy.table("integrity")
        integrity = cls(table.choice("mismatch", (Level.DENY,), Level.DENY))
        table.close()
        return integrity

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each digest the bytes contradict."""
        for comparison in _contradicted(case.dossier):
            if comparison.kind == "digest":
                yield Decision("integrity.mismatch", self.mismatch, comparison, comparison.reason)


@dataclass(frozen=True, slots=True)
class Card:
    """The model card's word.

    Args:
        require: fields the card must declare.
        missing: level of a required field that is absent.
        contradicted: level of a declaration the facts contradict.
    """

    require: tuple[str, ...]
    missing: Level
    contradicted: Level

    @classmethod
    def read(cls, policy: Table) -> Card:
        """From the whole policy."""
        table = policy.table("card")
        require = table.words("require", tuple(CardField))
        missing = table.choice("missing", (Level.DENY, Level.UNDECIDED), Level.UNDECIDED)
        card = cls(require, missing, table.choice("contradicted", Level, Level.UNDECIDED))
        table.close()
        return card

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each required field that is not declared, and each declaration the facts contradict."""
        by_kind: dict[str, list[Claim]] = {}
        for claim in case.dossier.claims:
            if claim.channel == "model-card":
                by_kind.setdefault(claim.kind, []).append(claim)
        for field in self.require:
            claims = by_kind.get(field, [])
            if all(claim.standing is Standing.ABSENT for claim in claims):
                for cited in claims or (field,):
                    yield Decision("card.require", self.missing, cited, f"the model card does not declare {field}")
        for comparison in _contradicted(case.dossier):
            if comparison.kind != "digest":
                yield Decision("card.contradicted", self.contradicted, comparison, comparison.reason)


def _contradicted(dossier: Dossier) -> Iterator[Comparison]:
    return (comparison for comparison in dossier.comparisons if comparison.result is Result.CONTRADICTED)
