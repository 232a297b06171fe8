"""`[card]`: what the model card must declare, and what becomes of declarations the facts contradict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from verifier.data import licenses, prose
from verifier.policy._case import Case
from verifier.policy._keys import flag, level, number, words
from verifier.policy._section import Section
from verifier.records import Claim, Comparison, Decision, Edge, EdgeKind, Level, Result, Standing
from verifier.records.card import CardField
from verifier.records.terms import Measured

DECLARED = "declared, not tested"
"""How a decision says that it rests on the author's word."""

CHANNELS = ("model-card", "card-prose")
"""Of what the card says, in its front matter and in sentences."""


@dataclass(frozen=True, slots=True)
class Card(Section):
    """What the model card declares: the author's word, which nothing here tests."""

    NAME: ClassVar[str] = "card"
    WAIVABLE: ClassVar[tuple[str, ...]] = ("contradicted", "licenses", "lineage", "require")

    require: tuple[str, ...] = words(
        "what the card must say: fields, or kinds of statements as parameters", lambda: (*CardField, *prose.patterns())
    )
    missing: Level = level(
        "a required field, or a license to judge, that is absent", Level.UNDECIDED, (Level.DENY, Level.UNDECIDED)
    )
    contradicted: Level = level("the files show something else than the card says", Level.UNDECIDED)
    tolerance: int = number("percent by which a declared number of parameters may be off", 25, 0, 1000)
    licenses: tuple[str, ...] = words(
        "licenses accepted, by SPDX or hub identifier; empty accepts all", licenses.identifiers
    )
    license_names: tuple[str, ...] = words('accepted names of licenses the card calls "other"')
    lineage: bool = flag("the models it derives from need an accepted license too, and its terms must be passed on")

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each required field, each license, and each declaration the facts contradict."""
        for field in self.require:
            yield from self._required(field, case)
        if self.licenses or self.license_names:
            yield from self._licensed("card.licenses", _licenses(case, "."), case.model)
        if self.lineage:
            yield from self._lineage(case)
        for comparison in case.dossier.comparisons:
            if comparison.kind not in ("digest", *Measured) and self._is_contradicted(comparison):
                yield Decision("card.contradicted", self.contradicted, comparison, comparison.reason)

    def _is_contradicted(self, comparison: Comparison) -> bool:
        """As it was compared; a number of parameters by how far it is off."""
        off = [fact.value for fact in comparison.facts if fact.kind == "parameters-off"]
        if off and comparison.result is not Result.CONSISTENT:
            return int(str(off[0])) > self.tolerance
        return comparison.result is Result.CONTRADICTED

    def _required(self, field: str, case: Case) -> Iterator[Decision]:
        claims = [claim for claim in _declared(case) if claim.kind == field]
        present = [claim for claim in claims if claim.standing is not Standing.ABSENT]
        for claim in present:
            yield Decision("card.require", Level.ALLOW, claim, f"the model card declares {field} ({DECLARED})")
        for cited in (claims or (field,)) if not present else ():
            yield Decision("card.require", self.missing, cited, f"the model card does not declare {field}")

    def _licensed(self, clause: str, claims: list[Claim], model: str) -> Iterator[Decision]:
        if not claims:
            yield Decision(clause, self.missing, model, f"no license of {model} is declared")
        for claim in claims:
            for name in _values(claim):
                if name.lower() in {word.lower() for word in self.licenses} or name in self.license_names:
                    yield Decision(clause, Level.ALLOW, claim, f"{model} is under {name} ({DECLARED})")
                else:
                    yield Decision(
                        clause, Level.DENY, claim, f"{model} is under {name}, which the policy does not list"
                    )

    def _lineage(self, case: Case) -> Iterator[Decision]:
        own = [name for claim in _licenses(case, ".") for name in _values(claim)]
        bases = {edge.target: edge for edge in case.dossier.edges if edge.kind is EdgeKind.DERIVED_FROM}
        for claim in _declared(case):
            for name in _values(claim) if claim.kind == CardField.BASE_MODEL else ():
                if name not in bases:
                    reason = f"the base model {name!r} is no model of the hub, and its license is not known"
                    yield Decision("card.lineage", self.missing, claim, reason)
        if bases and not own:
            reason = f"no license of {case.model} is declared, and it derives from {min(bases)}"
            yield Decision("card.lineage", self.missing, case.model, reason)
        for base in sorted(bases):
            claims = _licenses(case, base)
            if self.licenses or self.license_names or not claims:
                yield from self._licensed("card.lineage", claims, base)
            yield from _inherited(bases[base], [name for claim in claims for name in _values(claim)], own)


def _inherited(edge: Edge, theirs: list[str], own: list[str]) -> Iterator[Decision]:
    for base in theirs:
        for name in own:
            if licenses.broken_terms(base, name):
                reason = f"{edge.target} is under {base}, whose terms a model under {name} does not pass on"
                yield Decision("card.lineage", Level.DENY, edge.target, reason)


def _declared(case: Case) -> Iterator[Claim]:
    return (claim for claim in case.dossier.claims if claim.channel in CHANNELS and claim.subject == ".")


def _licenses(case: Case, subject: str) -> list[Claim]:
    """What a card says the license is; where that is "other" and a name is given, the name."""
    of_subject = [
        claim
        for claim in case.dossier.claims
        if claim.channel == "model-card" and claim.subject == subject and claim.standing is not Standing.ABSENT
    ]
    names = [claim for claim in of_subject if claim.kind == CardField.LICENSE_NAME]
    found = [claim for claim in of_subject if claim.kind == CardField.LICENSE]
    other = [claim for claim in found if _values(claim) == ("other",)]
    return [claim for claim in found if claim not in other or not names] + (names if other else [])


def _values(claim: Claim) -> tuple[str, ...]:
    return tuple(map(str, claim.value)) if isinstance(claim.value, tuple) else (str(claim.value),)


SECTION = Card
