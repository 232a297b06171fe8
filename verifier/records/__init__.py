"""The vocabulary: frozen records that only move right along the line. No I/O, no third-party code."""

from verifier.records.artifact import Artifact, Asserter, Digest, Snapshot
from verifier.records.claim import Claim, Comparison, Result, Standing
from verifier.records.coverage import Coverage, CoverageState, ReadRecord
from verifier.records.dossier import Dossier, Record
from verifier.records.edge import Edge, EdgeKind
from verifier.records.evidence import Evidence, Parameters, Value, parameters, visible
from verifier.records.fact import Fact
from verifier.records.finding import Finding
from verifier.records.format import Format
from verifier.records.reader import Reader
from verifier.records.reference import Reference, SourceKind
from verifier.records.verdict import Decision, Level, Outcome, PolicyIdentity, Stage, ToolIdentity, Verdict

__all__ = [
    "Artifact",
    "Asserter",
    "Claim",
    "Comparison",
    "Coverage",
    "CoverageState",
    "Decision",
    "Digest",
    "Dossier",
    "Edge",
    "EdgeKind",
    "Evidence",
    "Fact",
    "Finding",
    "Format",
    "Level",
    "Outcome",
    "Parameters",
    "PolicyIdentity",
    "ReadRecord",
    "Reader",
    "Record",
    "Reference",
    "Result",
    "Snapshot",
    "SourceKind",
    "Stage",
    "Standing",
    "ToolIdentity",
    "Value",
    "Verdict",
    "parameters",
    "visible",
]
