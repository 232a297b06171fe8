"""What no file can show: it is listed, so that nobody takes it for tested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from verifier.crosschecks.claims._model import Model
from verifier.crosschecks.claims._results import inconclusive, not_checkable
from verifier.records import Claim, Comparison
from verifier.records.card import CardField

SAFETY = "safety"

CONTROL, NONE = "control", "none-declared"
"""What the author put in place against a risk (`behavior.yaml`), and the word for nothing."""

WHY: Mapping[str, str] = MappingProxyType(
    {
        CardField.LANGUAGE: "which languages it knows shows only when it runs",
        CardField.LICENSE_NAME: "a license of its own is for people to read",
        CONTROL: "what is in place around the model does not show in its files",
        SAFETY: "what it refuses shows only when it runs",
    }
)

UNDONE = ("abliterated", "uncensored", "decensored")
"""Words by which publishers say that refusals were taken out."""


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a claim of these kinds; a hint where a model that is said to be safe is said not to be, too."""
    undone = [claim for claim in model.claims if claim.kind in (CardField.TAGS, CardField.BASE_MODEL) and _word(claim)]
    for kind, why in WHY.items():
        for claim in model.said(kind):
            if claim.subject == "." and kind == SAFETY and undone:
                yield inconclusive(kind, claim, f"the card also calls it {_word(undone[0])}")
            elif claim.subject == "." and not _none(claim):
                yield not_checkable(kind, claim, why)


def _word(claim: Claim) -> str:
    text = str(claim.value).lower()
    return next((word for word in UNDONE if word in text), "")


def _none(claim: Claim) -> bool:
    return isinstance(claim.value, tuple) and claim.value[-1:] == (NONE,)
