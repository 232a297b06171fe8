"""How many parameters the model has, as the card or the file says, against the elements of its tensors."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.crosschecks.claims import PARAMETERS as KIND
from verifier.crosschecks.claims import unsaid
from verifier.crosschecks.claims._model import HOW, Model, Row, Weights
from verifier.crosschecks.claims._results import consistent, contradicted, inconclusive, not_checkable
from verifier.data import prose
from verifier.records import Claim, Comparison, Evidence, Fact

COUNTED = ("F", "BF", "C", "Q", "IQ", "TQ", "MXFP", "NVFP")
"""How types of weights begin in safetensors and ggml; integers are buffers, or weights that are packed."""

FAR = 4
"""One part in so many by which a number may be off before it is called wrong: embeddings, heads and buffers are counted
by some and not by others, and names are rounded (XLM-RoBERTa's 278 million are called 270)."""


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a number; where a card gives several, those of other models in it are left out."""
    claims = model.said(KIND)
    if not claims:
        yield unsaid(_held_by(model.main))
        return
    prosaic = [claim for claim in claims if claim.channel != "gguf"]
    yield from _held(prosaic, model.main)
    for claim in claims:
        own = [one for one in model.weights if one.name == claim.evidence.artifact]
        if claim.channel == "gguf" and own:
            yield from _held([claim], own[0])


def _held(claims: list[Claim], weights: Weights | None) -> Iterator[Comparison]:
    if weights is None or packed(weights):
        for claim in claims:
            integers = "its weights are packed in integers"
            unclear = "the weights it is about are in no file whose tensors can be counted"
            yield not_checkable(KIND, claim, unclear if weights is None else integers)
        return
    exact, without = counts(weights)
    told = f"{weights.name} holds {exact:,}"
    one = len(claims) == 1
    judged = [(claim, _fits(claim, exact, without)) for claim in claims]
    for claim, fits in judged:
        if fits:
            yield consistent(KIND, claim, told, *weights.facts)
        elif any(other for _, other in judged):
            continue
        elif not one or _near(claim, exact, without):
            facts = (*(_off(claim, exact, without) if one else ()), *weights.facts)
            yield inconclusive(KIND, claim, f"{told}, which is not quite {claim.value}", *facts)
        else:
            facts = (*_off(claim, exact, without), *weights.facts)
            yield contradicted(KIND, claim, f"{told} parameters, not {claim.value}", *facts)


def _held_by(weights: Weights | None) -> str:
    return f"; {weights.name} holds {counts(weights)[0]:,}" if weights and not packed(weights) else ""


def counts(weights: Weights) -> tuple[int, int]:
    """All parameters, and those that are no embeddings of tokens; tensors that are tied are stored once."""
    counted = [row for row in weights.rows if row.dtype.startswith(COUNTED)]
    embeddings = sum(row.elements for row in counted if "embed" in row.name or "embd" in row.name or "wte" in row.name)
    total = sum(row.elements for row in counted)
    return total, total - embeddings


def packed(weights: Weights) -> bool:
    """Whether integers hold its weights, several in one."""
    return any(_ispacked(row) for row in weights.rows)


def _ispacked(row: Row) -> bool:
    """Whether several weights stand in one number: GPTQ and AWQ in 32 bits, bitsandbytes in 8."""
    return row.name.endswith(("qweight", "weight")) and not row.dtype.startswith(COUNTED) and len(row.shape) > 1


def _fits(claim: Claim, exact: int, without: int) -> bool:
    number = prose.number(str(claim.value))
    return number is not None and (number.covers(exact) or number.covers(without))


def _off(claim: Claim, exact: int, without: int) -> Iterator[Fact]:
    """By how many percent a number is off, rounded up: a policy may be stricter, or less strict, than FAR."""
    number = prose.number(str(claim.value))
    if number is not None and without:
        percent = min(-(-100 * abs(number.value - count) // count) for count in (exact, without))
        yield Fact("parameters-off", percent, Evidence(claim.evidence.artifact, f"{percent} percent off", HOW))


def _near(claim: Claim, exact: int, without: int) -> bool:
    """Whether it may be another way of counting; what is no plain number, as `8x7B`, may be anything."""
    number = prose.number(str(claim.value))
    return number is None or any(FAR * abs(number.value - count) <= count for count in (exact, without))
