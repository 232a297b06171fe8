"""Layers and width that configurations and GGUF files say, against the tensors."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.crosschecks.claims._model import Model, Weights
from verifier.crosschecks.claims._results import consistent, contradicted, not_checkable
from verifier.crosschecks.claims.vocabulary import table
from verifier.records import Claim, Comparison


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a claim of a file beside weights whose table of tokens is known."""
    for kind, hold in (("layers", _layers), ("hidden-size", _width)):
        for claim in model.said(kind):
            if claim.channel not in ("configuration", "gguf"):
                continue
            folder = claim.evidence.artifact.rpartition("/")[0]
            gguf = claim.channel == "gguf"
            own = [one for one in model.weights if one.folder == folder and one.gguf == gguf]
            own = [one for one in own if not gguf or one.name == claim.evidence.artifact]
            if own and table(own[0]) is not None:
                yield hold(claim, own[0])
            else:
                yield not_checkable(kind, claim, "no tensors are known that show it")


def _layers(claim: Claim, weights: Weights) -> Comparison:
    """The blocks of a model have several tensors each under one number; most names are there as often as there are."""
    numbered = [row.count for row in weights.rows if row.name.count("#") == 1]
    if claim.value in numbered:
        reason = f"{numbered.count(int(str(claim.value)))} names stand {claim.value} times in {weights.name}"
        return consistent("layers", claim, reason, *weights.facts)
    if not numbered or any(row.name.count("#") > 1 for row in weights.rows):
        return not_checkable("layers", claim, "its tensors are not numbered by layers alone")
    most = max(set(numbered), key=numbered.count)
    reason = f"{weights.name} holds {most} layers, not {claim.value}"
    return contradicted("layers", claim, reason, *weights.facts)


def _width(claim: Claim, weights: Weights) -> Comparison:
    row = table(weights)
    width = row.shape[1] if row else None
    if width == claim.value:
        return consistent("hidden-size", claim, f"the embedding of tokens is {width} wide", *weights.facts)
    if any(claim.value in one.shape for one in weights.rows):
        reason = f"the embedding of tokens is {width} wide, and other tensors {claim.value}"
        return consistent("hidden-size", claim, reason, *weights.facts)
    reason = f"the embedding of tokens is {width} wide, and no tensor {claim.value}"
    return contradicted("hidden-size", claim, reason, *weights.facts)
