"""A verdict as reports look at it: decisions with their place, and what was read."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from verifier.records import (
    Claim,
    Comparison,
    Coverage,
    CoverageState,
    Decision,
    Dossier,
    Evidence,
    Finding,
    Snapshot,
    Verdict,
    visible,
)
from verifier.records.canonical import digest_of

LONGEST = 1000
"""Most characters of a sentence or name a report shows."""

GAPS = {
    "partial": ("Inspected in part only", "Ask the publisher for safetensors, which can be inspected whole."),
    "unknown-format": ("Format is not known", "Use a model without such files, or with weights in safetensors."),
    "not-fetched": (
        "Not fetched",
        "Verify again when the source answers, or download the model and verify its folder.",
    ),
    "limit-hit": ("Limit of inspection hit", "Ask the publisher for a smaller or plainer file."),
    "error": ("Could not be inspected", "Ask the publisher for an intact file; report it if others read this one."),
}
"""States of coverage that are not clean: what they are called, and what to do."""


def safe(text: str) -> str:
    """Text from a model, as one printable line."""
    return visible(text, LONGEST)


@dataclass(frozen=True, slots=True)
class Item:
    """A decision, taken apart.

    Args:
        decision: the decision.
        subject: rule id, kind of the claim or comparison, state of the coverage, else the policy's clause.
        evidence: primary place; None where the decision is about no place.
        message: what was seen, for a person; printable.
    """

    decision: Decision
    subject: str
    evidence: Evidence | None
    message: str


def items(verdict: Verdict) -> Iterator[Item]:
    """The verdict's decisions, worst first; a contradiction that is a finding too stands there once, as the finding."""
    files = {artifact.name for artifact in verdict.dossier.snapshot.artifacts}
    found = {(decision.level, decision.reason) for decision in verdict.decisions if isinstance(decision.cites, Finding)}
    for decision in verdict.decisions:
        if isinstance(decision.cites, Comparison) and (decision.level, decision.reason) in found:
            continue
        subject, evidence, message = _take_apart(decision, files)
        yield Item(decision, subject, evidence, safe(message))


def _take_apart(decision: Decision, files: Collection[str]) -> tuple[str, Evidence | None, str]:
    cited = decision.cites
    match cited:
        case Finding():
            return cited.rule, cited.evidence[0], cited.message
        case Claim():
            return cited.kind, cited.evidence, decision.reason
        case Comparison():
            seen = cited.claim or next(iter(cited.facts), None)
            return cited.kind, seen.evidence if seen else None, cited.reason
        case Coverage():
            offset = cited.offset or None
            gap = Evidence(cited.artifact, cited.state.value, cited.how, offset, cited.length)
            return cited.state.value, gap, cited.reason or decision.reason
        case str():
            file = Evidence(cited, decision.reason, "policy") if cited in files else None
            return decision.clause, file, decision.reason.removeprefix(f"{cited}: ")


def closure(verdict: Verdict) -> Iterator[Verdict]:
    """The verdict and those of the repositories it loads, each snapshot once, nearest first."""
    queue, seen = [verdict], set[tuple[str, str]]()
    for current in queue:
        identity = (current.dossier.snapshot.id, current.snapshot_digest)
        if identity not in seen:
            seen.add(identity)
            queue.extend(current.dependencies)
            yield current


def model(snapshot: Snapshot) -> str:
    """The model's name and commit, as `org/name@<commit>`."""
    return safe(snapshot.id) + (f"@{snapshot.commit}" if snapshot.commit else "")


def place(evidence: Evidence) -> str:
    """Where, for a person: `file → member, byte 12`."""
    name = " → ".join(evidence.artifact.split("!"))
    if evidence.pointer is not None:
        return f"{name}, at {safe(evidence.pointer) or 'the top'}"
    if evidence.offset is not None:
        return f"{name}, byte {evidence.offset}"
    return name


def bytes_read(dossier: Dossier) -> int:
    """Bytes inspectors were lent, each once; of remote files, bytes that crossed the network."""
    return sum(
        record.read if record.requests else record.size - sum(end - start for start, end in record.unread)
        for record in dossier.reads
    )


def gaps(dossier: Dossier) -> Iterator[Coverage]:
    """What was not inspected; a module's "not my format" only where no other module stands for the artifact."""
    known = {one.artifact for one in dossier.coverage if one.state is not CoverageState.UNKNOWN}
    for one in dossier.coverage:
        if not one.state.clean and (one.state is not CoverageState.UNKNOWN or one.artifact not in known):
            yield one


def size(count: int) -> str:
    """Bytes for a person, in decimal units as the hub shows them."""
    if count < 1000:
        return f"{count} B"
    amount = float(count)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.95:
            return f"{amount:.1f} {unit}"
    return f"{amount / 1000:.1f} TB"


def fingerprint(item: Item, snapshot: Snapshot) -> str:
    """64 hex digits that stay while the same thing stands at the same place of a model, whatever its commit."""
    where = item.evidence
    spot = [where.artifact, where.offset, where.pointer, where.what] if where else [item.message]
    return digest_of([snapshot.id, item.subject, *spot])
