"""`[behavior]`: what running the model must have shown, and what becomes of it where it shows something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from verifier.policy._case import Case
from verifier.policy._keys import level, words
from verifier.policy._section import Section
from verifier.records import Decision, Level, Result
from verifier.records.terms import OWN, Measured


@dataclass(frozen=True, slots=True)
class Behavior(Section):
    """What a model does, as `verify behavior` measures it in a sandbox; it cannot show that there is no backdoor."""

    NAME: ClassVar[str] = "behavior"
    WAIVABLE: ClassVar[tuple[str, ...]] = ("differs", "require", "unmeasured")

    require: tuple[str, ...] = words(
        "what must have been measured: golden, metric; load: `verify behavior` then loads it under observation",
        lambda: tuple(Measured),
    )
    unmeasured: Level = level(
        "what had to be measured and was not, or could not be", Level.UNDECIDED, (Level.DENY, Level.UNDECIDED)
    )
    differs: Level = level("a run gave something else than is declared", Level.DENY)

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each measurement that contradicts its claim, and for each that was demanded.

        Vectors that one recorded oneself are demanded by having been recorded. Of loads that did something else there
        are Findings, which are decided on by their rules; one that was asked for and did not come to its end is decided
        on even where nobody demands it.
        """
        measured = [one for one in case.dossier.comparisons if one.kind in tuple(Measured)]
        for one in measured:
            own = one.claim is not None and one.claim.who == OWN
            if one.result is Result.CONTRADICTED:
                if one.kind != Measured.LOAD:
                    yield Decision("behavior.differs", self.differs, one, one.reason)
            elif own or one.kind in self.require:
                holds = one.result is Result.CONSISTENT
                yield Decision("behavior.require", Level.ALLOW if holds else self.unmeasured, one, one.reason)
            elif one.kind == Measured.LOAD and one.result is not Result.CONSISTENT:
                yield Decision("behavior.unmeasured", self.unmeasured, one, one.reason)
        for kind in self.require:
            if not any(one.kind == kind for one in measured):
                reason = f"nothing of kind {kind} was measured; `verify behavior` does, where something is declared"
                yield Decision("behavior.require", self.unmeasured, case.model, reason)


SECTION = Behavior
