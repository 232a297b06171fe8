"""What becomes of the repositories a model loads; no clause changes it: loading one loads the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verifier.records import Decision, Level, Outcome, Verdict

_LEVELS = {Outcome.REJECTED: Level.DENY, Outcome.UNDECIDED: Level.UNDECIDED, Outcome.ACCEPTED: Level.NOTE}


def judged(dependencies: Iterable[Verdict]) -> Iterator[Decision]:
    """A Decision for each repository loaded: the verdict is the worst of the closure."""
    for verdict in dependencies:
        name = verdict.dossier.snapshot.id
        why = next((f": {decision.reason}" for decision in verdict.decisions[:1]), "")
        if verdict.outcome is Outcome.ACCEPTED:
            why = ""
        reason = f"loading the model loads {name}, which is {verdict.outcome}{why}"
        yield Decision("dependencies", _LEVELS[verdict.outcome], name, reason)
