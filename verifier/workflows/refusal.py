"""That a model is not accepted, with the verdict that says so."""

from __future__ import annotations

from verifier.errors import RefusedError
from verifier.records import Outcome, Verdict, visible


class NotAcceptedError(RefusedError):
    """A model that is to be locked, fetched or used is not accepted.

    Args:
        verdict: the verdict on it.
    """

    def __init__(self, verdict: Verdict) -> None:
        text = visible(verdict.dossier.snapshot.reference.text)
        why = next((f": {visible(decision.reason, 500).removesuffix('.')}" for decision in verdict.decisions[:1]), "")
        super().__init__(f"{text} is {verdict.outcome}{why}.", "Nothing was changed.", verdict.outcome.exit_code)
        self.verdict = verdict

    def __reduce__(self) -> tuple[type[NotAcceptedError], tuple[Verdict]]:  # type: ignore[override]
        return type(self), (self.verdict,)


def accepted(verdict: Verdict) -> Verdict:
    """The verdict itself.

    Raises:
        NotAcceptedError: it is another one than accepted.
    """
    if verdict.outcome is not Outcome.ACCEPTED:
        raise NotAcceptedError(verdict)
    return verdict
