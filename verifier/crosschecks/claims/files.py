"""What the card says of the files: that all weights are safetensors, that no code comes with the model."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.crosschecks.claims._model import Model
from verifier.crosschecks.claims._results import consistent, contradicted, inconclusive
from verifier.crosschecks.weights import PICKLED
from verifier.records import Claim, Comparison

ONLY_SAFETENSORS = "only-safetensors"
NO_REMOTE_CODE = "no-remote-code"


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a statement."""
    for claim in model.said(ONLY_SAFETENSORS):
        yield _weights(claim, model)
    for claim in model.said(NO_REMOTE_CODE):
        yield _code(claim, model)


def _weights(claim: Claim, model: Model) -> Comparison:
    files = model.dossier.snapshot.artifacts
    pickled = [one.name for one in files if PICKLED.intersection(one.formats)]
    if pickled:
        return contradicted(claim.kind, claim, f"{pickled[0]} is pickled")
    if any("safetensors" in one.formats for one in files):
        return consistent(claim.kind, claim, "there are weights in safetensors, and none that are pickled")
    return inconclusive(claim.kind, claim, "no weights in safetensors were found")


def _code(claim: Claim, model: Model) -> Comparison:
    """A library may know a model whose own code is still there for older releases."""
    for fact in model.dossier.facts:
        pairs = fact.value if fact.kind == "configuration" and isinstance(fact.value, tuple) else ()
        if any(isinstance(pair, tuple) and str(pair[0]).startswith("auto_map") for pair in pairs):
            return inconclusive(claim.kind, claim, f"{fact.evidence.artifact} names code to load (auto_map)", fact)
    return consistent(claim.kind, claim, "no configuration names code to load")
