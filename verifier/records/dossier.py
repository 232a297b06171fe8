"""Everything known of one snapshot before a policy decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from verifier.records.artifact import Snapshot
from verifier.records.claim import Claim, Comparison
from verifier.records.coverage import Coverage, ReadRecord
from verifier.records.edge import Edge
from verifier.records.fact import Fact
from verifier.records.finding import Finding

Record: TypeAlias = Finding | Fact | Claim | Comparison | Coverage | Edge
"""What inspectors, claim collectors and crosschecks yield."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """All records about a snapshot, each kind in a canonical order."""

    snapshot: Snapshot
    findings: tuple[Finding, ...] = ()
    facts: tuple[Fact, ...] = ()
    claims: tuple[Claim, ...] = ()
    comparisons: tuple[Comparison, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    edges: tuple[Edge, ...] = ()
    reads: tuple[ReadRecord, ...] = ()
