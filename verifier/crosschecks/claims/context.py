"""How long an input may be: what every source says, and the table of positions, where there is one."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.crosschecks.claims._model import Model
from verifier.crosschecks.claims._results import consistent, contradicted, inconclusive, not_checkable
from verifier.data import prose
from verifier.records import Claim, Comparison

KIND = "context-length"

TABLES = ("position_embeddings.weight", "embed_positions.weight", "wpe.weight", "position_embd.weight")
"""How names of tables of learned positions end, in transformers and in GGUF files."""

SETS_ROWS = ("/max_position_embeddings", "/n_positions")
"""Settings by which loaders make the table; whoever else says more is cut off, or wrong."""


def compare(model: Model) -> Iterator[Comparison]:
    """A comparison a length that is advertised, and one for the length the card says it was trained on."""
    weights = model.main
    row = weights.ending(*TABLES) if weights else None
    rows = row.shape[0] if row and len(row.shape) == 2 else None
    for claim in model.said(KIND):
        length = _length(claim)
        if weights is None or rows is None or length is None:
            yield not_checkable(KIND, claim, "its positions are no table whose rows can be counted")
        elif length > rows:
            reason = f"the table of positions has {rows} rows, fewer than {length}"
            binding = claim.evidence.artifact.endswith("config.json") and claim.evidence.pointer in SETS_ROWS
            yield (contradicted if binding else inconclusive)(KIND, claim, reason, *weights.facts)
        else:
            yield consistent(
                KIND, claim, f"the table of positions has {rows} rows; which were trained was not read", *weights.facts
            )
    for claim in model.said("trained-length"):
        yield inconclusive("trained-length", claim, "weights not read: they alone show which positions were trained")


def _length(claim: Claim) -> int | None:
    """As it is written; `128k` is no exact number."""
    number = prose.number(str(claim.value))
    return number.value if number and number.unit == 1 else None
