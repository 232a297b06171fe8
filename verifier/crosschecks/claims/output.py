"""What comes out: the length of vectors, and the labels of a classifier."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.crosschecks.claims._model import Model
from verifier.crosschecks.claims._results import consistent, contradicted, inconclusive, not_checkable
from verifier.crosschecks.claims.vocabulary import table
from verifier.data import prose
from verifier.records import Claim, Comparison

HEADS = (".classifier.weight", ".classifier.out_proj.weight", ".score.weight")
"""How the last layer of a classifier is called in transformers."""


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a dimension that is said, and one a number of labels."""
    for claim in model.said("output-dimension"):
        yield _dimension(claim, model)
    weights = model.main
    rows = weights.rows if weights else ()
    head = next((row for row in rows if f".{row.name}".endswith(HEADS)), None)
    for claim in model.said("labels"):
        folder = claim.evidence.artifact.rpartition("/")[0]
        if weights is None or head is None or len(head.shape) != 2 or weights.folder != folder:
            continue  # every configuration has labels, those of models that classify nothing too
        named = model.settings("config.json", folder).get("architectures")
        if isinstance(named, tuple) and not any("Classification" in str(name) for name in named):
            continue  # other classes have layers of that name for something else
        told = f"{head.name} has {head.shape[0]} rows"
        if head.shape[0] == claim.value:
            yield consistent("labels", claim, told, *weights.facts)
        else:
            yield contradicted("labels", claim, f"{told}, not {claim.value}", *weights.facts)


def _dimension(claim: Claim, model: Model) -> Comparison:
    """Vectors are as wide as the model, unless a layer behind it makes others of them."""
    kind, weights, number = "output-dimension", model.main, prose.number(str(claim.value))
    row = table(weights) if weights else None
    if weights is None or row is None or number is None:
        return not_checkable(kind, claim, "no tensors are known that show it")
    if any(number.value in one.shape for one in weights.rows if one.name.endswith("weight")):
        return consistent(kind, claim, f"tensors of {weights.name} are {number.value} wide", *weights.facts)
    others = [one for one in model.weights if one is not weights]
    if others or claim.channel != "configuration":
        reason = f"no tensor of {weights.name} is {number.value} wide; what comes behind it may be"
        return inconclusive(kind, claim, reason, *weights.facts)
    return contradicted(kind, claim, f"no tensor of {weights.name} is {number.value} wide", *weights.facts)
