"""Verdicts built by hand, for whoever shows them."""

from __future__ import annotations

from dataclasses import replace

from verifier.records import (
    Artifact,
    Asserter,
    Claim,
    Comparison,
    Coverage,
    CoverageState,
    Decision,
    Digest,
    Dossier,
    Edge,
    EdgeKind,
    Evidence,
    Fact,
    Finding,
    Level,
    Outcome,
    PolicyIdentity,
    ReadRecord,
    Reference,
    Result,
    Snapshot,
    SourceKind,
    Stage,
    Standing,
    ToolIdentity,
    Verdict,
    parameters,
)
from verifier.records.canonical import snapshot_digest

COMMIT = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a"
WEIGHTS = "model.safetensors"
PICKLE = "pytorch_model.bin"
MEMBER = f"{PICKLE}!archive/data.pkl"


def snapshot(name: str = "org/name", *, kind: SourceKind = SourceKind.HUB, text: str | None = None) -> Snapshot:
    """A model of two files."""
    artifacts = (
        Artifact(WEIGHTS, 90_868_376, (Digest("sha256", "ab" * 32, Asserter.HUB),), formats=("safetensors",)),
        Artifact(PICKLE, 1_234, (Digest("sha256", "cd" * 32, Asserter.HUB),), formats=("torch-zip", "zip")),
    )
    hub = kind is SourceKind.HUB
    return Snapshot(Reference(text or name, kind, name), name, COMMIT if hub else None, artifacts, local=not hub)


def finding(rule: str = "npy-malformed", what: str = "posix.system('id')", offset: int = 77) -> Finding:
    """A finding in a member of the pickle."""
    message = "Loading the file would run a shell command."
    evidence = Evidence(MEMBER, what, "pickle/1", offset, 12)
    return Finding(rule, (evidence,), message, parameters(symbol="posix.system"))


def denial(found: Finding) -> Decision:
    """What a policy makes of a serious finding."""
    return Decision("severity.critical", Level.DENY, found, found.message)


def verdict(
    outcome: Outcome = Outcome.ACCEPTED,
    decisions: tuple[Decision, ...] = (),
    *,
    of: Snapshot | None = None,
    stage: Stage = Stage.PRE_DOWNLOAD,
    dependencies: tuple[Verdict, ...] = (),
) -> Verdict:
    """A verdict on `of`, or on the ordinary model."""
    of = of or snapshot()
    coverage = (
        Coverage(WEIGHTS, CoverageState.INSPECTED, "", "safetensors/1", 0, 8_192),
        Coverage(WEIGHTS, CoverageState.DATA, "numbers only", "safetensors/1", 8_192, unchecked=("sha256",)),
        Coverage(PICKLE, CoverageState.INSPECTED, "", "torch-zip/1"),
    )
    reads = (
        ReadRecord(WEIGHTS, 90_868_376, 65_536, 2, ((65_536, 90_868_376),)),
        ReadRecord(PICKLE, 1_234, 1_234, 1, ()),
    )
    return Verdict(
        outcome,
        stage,
        Dossier(of, coverage=coverage, reads=reads),
        decisions,
        PolicyIdentity("default", "12" * 32),
        ToolIdentity("0.1.0", "34" * 32),
        snapshot_digest(of),
        dependencies,
    )


def rejected(found: Finding | None = None, **details: object) -> Verdict:
    """A verdict that one finding decides."""
    found = found or finding()
    plain = verdict(Outcome.REJECTED, (denial(found),), **details)  # type: ignore[arg-type]
    return replace(plain, dossier=replace(plain.dossier, findings=(found,)))


def undecided() -> Verdict:
    """A verdict that a gap decides."""
    gap = Coverage("model.gguf", CoverageState.UNKNOWN, "GGUF is not inspected yet", "pipeline/1")
    plain = verdict(Outcome.UNDECIDED, (Decision("coverage.unknown-format", Level.UNDECIDED, gap, gap.reason),))
    return replace(plain, dossier=replace(plain.dossier, coverage=(*plain.dossier.coverage, gap)))


def everything() -> Verdict:
    """A verdict that holds each kind of record, cited by each kind of decision, and loads another repository."""
    card = Evidence("README.md", "license: mit", "card/1", pointer="/license")
    claim = Claim("license", "mit", "publisher", "model-card", ".", Standing.UNVERIFIED, card)
    fact = Fact("digest", ("sha256", "ef" * 32), Evidence(PICKLE, "ef" * 32, "pipeline/1"))
    compared = Comparison("digest", None, (fact,), Result.CONTRADICTED, "The bytes are not those the hub lists.")
    gap = Coverage(WEIGHTS, CoverageState.LIMIT, "more than 8 members", "zip/1", 100, 20)
    found = finding()
    base = verdict(of=snapshot("org/base"))
    decisions = (
        denial(found),
        Decision("integrity.mismatch", Level.DENY, compared, compared.reason),
        Decision("formats.deny", Level.DENY, PICKLE, f"{PICKLE}: the policy forbids torch-zip files"),
        Decision("coverage.limit-hit", Level.UNDECIDED, gap, gap.reason, waiver="W-7"),
        Decision("dependencies", Level.NOTE, "org/base", "org/base is accepted"),
        Decision("card.require", Level.ALLOW, claim, "a license is declared"),
    )
    links = (
        Edge(EdgeKind.TOKENIZER, "org/base", None, Evidence("config.json", "org/base", "json/1", pointer="/tokenizer")),
        Edge(EdgeKind.DERIVED_FROM, "org/origin", "v1", card),
        Edge(EdgeKind.LOADS_CODE, "org/code", COMMIT, card),
    )
    whole = verdict(Outcome.REJECTED, decisions, dependencies=(base,))
    dossier = replace(
        whole.dossier,
        findings=(found,),
        facts=(fact,),
        claims=(claim,),
        comparisons=(compared,),
        coverage=(*whole.dossier.coverage, gap),
        edges=links,
    )
    return replace(whole, dossier=dossier)
