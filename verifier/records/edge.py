"""A snapshot's link to another repository."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from verifier.records.evidence import Evidence


class EdgeKind(StrEnum):
    """What a link does. All but DERIVED_FROM make a loader fetch the other repository."""

    LOADS_CODE = "loads-code"
    LOADS_WEIGHTS = "loads-weights"
    TOKENIZER = "tokenizer"
    DERIVED_FROM = "derived-from"

    @property
    def loads(self) -> bool:
        """Whether loading the snapshot loads the target too."""
        return self is not EdgeKind.DERIVED_FROM


@dataclass(frozen=True, slots=True)
class Edge:
    """A typed link.

    Args:
        kind: what it does.
        target: hub id.
        revision: the revision the snapshot pins; None where it pins none.
        evidence: where the link stands.
    """

    kind: EdgeKind
    target: str
    revision: str | None
    evidence: Evidence
