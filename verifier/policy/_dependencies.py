"""What becomes of the repositories a model loads; no clause changes it: loading one loads the other."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.policy._case import Case
from verifier.records import Decision, Level, Outcome

_LEVELS = {Outcome.REJECTED: Level.DENY, Outcome.UNDECIDED: Level.UNDECIDED, Outcome.ACCEPTED: Level.NOTE}


class Dependencies:
    """The verdict is the worst of the closure."""

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each repository loaded."""
        for verdict in case.dependencies:
            name = verdict.dossier.snapshot.id
            why = next((f": {decision.reason}" for decision in verdict.decisions[:1]), "")
            reason = f"loading the model loads {name}, which is {verdict.outcome}{why}"
            yield Decision("dependencies", _LEVELS[verdict.outcome], name, reason)
