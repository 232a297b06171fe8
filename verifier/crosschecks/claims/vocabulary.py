"""How many tokens there are: the configuration's number, the tokenizer's and the rows of the embedding."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.crosschecks.claims._model import Model, Row, Weights
from verifier.crosschecks.claims._results import consistent, contradicted, inconclusive, not_checkable
from verifier.records import Claim, Comparison

KIND = "vocabulary-size"

TABLES = ("word_embeddings.weight", "embed_tokens.weight", "wte.weight", "token_embd.weight", "shared.weight")
"""How names of embeddings of tokens end, in transformers and in GGUF files."""

MULTIPLE = 512
"""Rows by which a table may be longer than the vocabulary: trainers pad to multiples of 8 to 512."""


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison for each number that a file says."""
    for claim in model.said(KIND):
        if claim.channel in ("gguf", "configuration"):
            folder = claim.evidence.artifact.rpartition("/")[0]
            beside = [one for one in model.weights if one.folder == folder and one.gguf == (claim.channel == "gguf")]
            own = [one for one in beside if not one.gguf or one.name == claim.evidence.artifact]
            tables = [(one, row) for one in own if (row := table(one))]
            yield _rows(claim, *tables[0]) if tables else not_checkable(KIND, claim, "no embedding of tokens is known")
            yield from _tokenizer(claim, model, *tables[0]) if tables and claim.channel == "configuration" else ()


def table(weights: Weights) -> Row | None:
    """The embedding of tokens."""
    row = weights.ending(*TABLES)
    return row if row is not None and len(row.shape) == 2 else None


def _rows(claim: Claim, weights: Weights, row: Row) -> Comparison:
    rows, told = row.shape[0], f"{row.name} has {row.shape[0]:,} rows"
    if rows == claim.value:
        return consistent(KIND, claim, told, *weights.facts)
    if isinstance(claim.value, int) and 0 < rows - claim.value < MULTIPLE and not rows % 8:
        return consistent(KIND, claim, f"{told}, padded to a multiple of 8", *weights.facts)
    return contradicted(KIND, claim, f"{told}, not {claim.value}", *weights.facts)


def _tokenizer(claim: Claim, model: Model, weights: Weights, row: Row) -> Iterator[Comparison]:
    """Whether every token has a row; that one has none, as added tokens that are never used, breaks at use alone."""
    for fact in model.facts("token-ids", weights.folder):
        if isinstance(fact.value, int) and fact.value > row.shape[0]:
            reason = f"the tokenizer gives numbers up to {fact.value - 1:,}, but {row.name} has {row.shape[0]:,} rows"
            yield inconclusive("tokenizer", claim, reason, fact, *weights.facts)
        elif isinstance(fact.value, int):
            reason = f"the tokenizer gives numbers up to {fact.value - 1:,}, and {row.name} has {row.shape[0]:,} rows"
            yield consistent("tokenizer", claim, reason, fact, *weights.facts)
