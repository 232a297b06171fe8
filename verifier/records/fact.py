"""Neutral observations."""

from __future__ import annotations

from dataclasses import dataclass

from verifier.records.evidence import Evidence, Value


@dataclass(frozen=True, slots=True)
class Fact:
    """Something the bytes show.

    Args:
        kind: slug of the observation, as `parameter-count`.
        value: what was observed.
        evidence: where.
    """

    kind: str
    value: Value
    evidence: Evidence
