"""What a model was trained on, as the card says: files cannot show it, but whether scores are of the same data."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import basename

from verifier.crosschecks.claims._model import Model
from verifier.crosschecks.claims._results import inconclusive, not_checkable
from verifier.records import Comparison
from verifier.records.card import CardField

UNSHOWN = "what it was trained on does not show in its files"


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a list; a score of data it names proves nothing where a split other than `train` is named."""
    for claim in model.said(CardField.DATASETS):
        if claim.subject != ".":
            continue
        said = claim.value if isinstance(claim.value, tuple) else (claim.value,)
        scored = next(_scored(model, {_short(str(one)) for one in said}), None)
        if scored is None:
            yield not_checkable(claim.kind, claim, UNSHOWN)
        else:
            yield inconclusive(claim.kind, claim, f"{scored}: it may have been measured on what it was trained on")


def _scored(model: Model, trained: set[str]) -> Iterator[str]:
    """Metrics of the same data, whose split is that of training or is not said."""
    for claim in model.said("metric"):
        if isinstance(claim.value, tuple) and len(claim.value) == 4:
            metric, _, data, split = map(str, claim.value)
            if _short(data) in trained and (not split or split.startswith("train")):
                yield f"{metric} is of {data} too, " + (f"split {split}" if split else "and no split is named")


def _short(name: str) -> str:
    """Without its owner: data of the hub had none at first (`glue` is now `nyu-mll/glue`)."""
    return basename(name).lower()
