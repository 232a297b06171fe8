"""How long an input may be: what every source says, and the table of positions, where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from verifier.crosschecks.claims._model import Model, Row, Weights
from verifier.crosschecks.claims._results import consistent, contradicted, inconclusive, not_checkable
from verifier.data import prose
from verifier.records import Claim, Comparison, Fact

KIND = "context-length"
TRAINED = "trained-length"

TABLES = ("position_embeddings.weight", "embed_positions.weight", "wpe.weight", "position_embd.weight")
"""How names of tables of learned positions end, in transformers and in GGUF files."""

SETS_ROWS = ("/max_position_embeddings", "/n_positions")
"""Settings by which loaders make the table; whoever else says more is cut off, or wrong."""


OFFSET = 2
"""Rows before the first position's in tables of RoBERTa, BART and OPT, for padding."""


class Trained(NamedTuple):
    """What a table shows of the rows that training moved: a sentence, and how many rows where it is clear."""

    told: str
    rows: int | None
    facts: tuple[Fact, ...]


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a length that is advertised, and one for the length the card says it was trained on."""
    weights = model.main
    row = weights.ending(*TABLES) if weights else None
    if weights is None or row is None or len(row.shape) != 2:
        for claim in (*model.said(KIND), *model.said(TRAINED)):
            yield not_checkable(claim.kind, claim, "its positions are no table whose rows can be counted")
        return
    trained = _trained(model, weights, row)
    for claim in model.said(KIND):
        yield _advertised(claim, row.shape[0], trained)
    for claim in model.said(TRAINED):
        length = _length(claim)
        if trained.rows is not None and length in (trained.rows, trained.rows - OFFSET):
            yield consistent(TRAINED, claim, trained.told, *trained.facts)
        else:
            yield inconclusive(TRAINED, claim, trained.told, *trained.facts)


def _advertised(claim: Claim, rows: int, trained: Trained) -> Comparison:
    length, told = _length(claim), f"the table of positions has {rows} rows"
    sets = claim.evidence.artifact.endswith("config.json") and claim.evidence.pointer in SETS_ROWS
    if length is None:
        return not_checkable(KIND, claim, f"{told}, and what is said is no exact number")
    if length > rows:
        reason = f"{told}, fewer than {length}"
        return (contradicted if sets else inconclusive)(KIND, claim, reason, *trained.facts)
    if trained.rows is None or sets or length <= trained.rows:
        return consistent(KIND, claim, f"{told}; {trained.told}", *trained.facts)
    return inconclusive(KIND, claim, f"beyond the trained range: {trained.told}", *trained.facts)


def _trained(model: Model, weights: Weights, row: Row) -> Trained:
    """Clear where rows up to one were moved and all behind it were not; a base may have been trained on more."""
    if row.dtype != "F32":
        return Trained(f"which rows were trained does not show in {row.dtype}", None, weights.facts)
    for fact in model.facts("unmoved-rows", weights.folder):
        name, told = fact.value if isinstance(fact.value, tuple) and len(fact.value) == 2 else ("", ())
        if str(name).endswith(TABLES) and isinstance(told, tuple) and len(told) == 3:
            rows, unmoved, reached = (int(str(number)) for number in told)
            facts = (fact, *weights.facts)
            if 0 < reached < rows and rows - reached <= unmoved <= rows - reached + OFFSET:
                moved = f"training moved rows 0-{reached - 1} of {rows}, the others still have the precision of halves"
                return Trained(moved, reached, facts)
            return Trained("which rows were trained does not show in their numbers", None, facts)
    return Trained("weights not read: they alone show which rows were trained", None, weights.facts)


def _length(claim: Claim) -> int | None:
    """As it is written; `128k` is no exact number."""
    number = prose.number(str(claim.value))
    return number.value if number and number.unit == 1 else None
