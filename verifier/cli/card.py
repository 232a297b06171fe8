"""`verify card`: what is said of a model, by whom, and what its files show of it."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.cli import _terminal
from verifier.cli.model import Request, exit_code
from verifier.errors import UsageError
from verifier.records import Claim, Comparison, Outcome, Result, Verdict, visible
from verifier.records.canonical import Plain, canonical_bytes, to_plain

WORST_FIRST = (
    Result.CONTRADICTED,
    Result.INCONCLUSIVE,
    Result.CONSISTENT,
    Result.NOT_CHECKABLE,
    Result.NOT_DECLARED,
)


def run(reference: str, request: Request, text_or_json: str) -> int:
    """Prints the table; the exit code is that of the policy's decisions about the card alone.

    Raises:
        UsageError, PolicyError, SourceError: see `verifier.pipeline.verify_model`.
    """
    if text_or_json not in ("plain", "json"):
        raise UsageError(f"There is no format {visible(text_or_json)!r} of the table.", "Use plain or json.")
    verdict = request.verdict(reference)
    compared = comparisons(verdict)
    if text_or_json == "json":
        table: Plain = {"claims": [to_plain(one) for one in compared], "model": verdict.dossier.snapshot.id}
        _terminal.write(canonical_bytes(table).decode("ascii") + "\n")
    else:
        _terminal.write("".join(f"{line}\n" for line in lines(verdict, compared)))
    return exit_code(outcomes(verdict))


def comparisons(verdict: Verdict) -> list[Comparison]:
    """What was compared but for digests, worst first."""
    found = [one for one in verdict.dossier.comparisons if one.kind != "digest"]
    return sorted(found, key=lambda one: (WORST_FIRST.index(one.result), one.kind))


def outcomes(verdict: Verdict) -> Iterator[Outcome]:
    """What each decision about the card comes to."""
    from verifier.policy import outcome_of

    about = [one for one in verdict.decisions if one.clause.rpartition(": ")[2].startswith("card.")]
    yield outcome_of(about)


def lines(verdict: Verdict, compared: list[Comparison]) -> Iterator[str]:
    """The model, then claim, source, fact and result in columns."""
    yield visible(verdict.dossier.snapshot.id, 500)
    rows = [(one.result.value, f"{one.kind} {_said(one.claim)}", _source(one.claim), one.reason) for one in compared]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        yield visible("  ".join((*cells, row[3])), 500)
    if not rows:
        yield "nothing is said of it that could be held against its files"


def _said(claim: Claim | None) -> str:
    value = claim.value if claim else ""
    return visible(", ".join(map(str, value)) if isinstance(value, tuple) else str(value), 40)


def _source(claim: Claim | None) -> str:
    return claim.evidence.artifact if claim else ""
