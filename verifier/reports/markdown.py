"""Markdown, as a CI job's summary shows it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.records import Level, Outcome, Verdict
from verifier.reports._claims import tally
from verifier.reports._failure import Failure
from verifier.reports._view import bytes_read, closure, items, model, place, safe, size

_MARK = {Outcome.ACCEPTED: "✅", Outcome.UNDECIDED: "❔", Outcome.REJECTED: "❌"}
_ROWS = 50
"""Reasons listed a verdict; a job summary may hold 1 MiB (GitHub, workflow commands)."""


def render(
    verdicts: Sequence[Verdict],
    *,
    failures: Sequence[Failure] = (),
    color: bool = False,  # noqa: ARG001 - for terminals only
    width: int = 100,  # noqa: ARG001
    verbose: int = 0,  # noqa: ARG001
) -> str:
    """A table of verdicts, then a table of reasons for each that is not accepted."""
    everything = [one for verdict in verdicts for one in closure(verdict)]
    lines = ["| Verdict | Model | Stage | Policy | Read | Claims |", "| --- | --- | --- | --- | --- | --- |"]
    lines += [_row(verdict) for verdict in everything]
    lines += [f"| ❔ no verdict | {cell(one.reference)} | {cell(one.message)} | | | |" for one in failures]
    for verdict in everything:
        if verdict.outcome is not Outcome.ACCEPTED:
            lines += _reasons(verdict)
    return "\n".join(lines) + "\n"


def _row(verdict: Verdict) -> str:
    dossier = verdict.dossier
    total = sum(artifact.size for artifact in dossier.snapshot.artifacts)
    cells = [
        f"{_MARK[verdict.outcome]} {verdict.outcome.value}",
        cell(model(dossier.snapshot)),
        verdict.stage.value,
        cell(verdict.policy.name),
        f"{size(bytes_read(dossier))} of {size(total)}",
        cell(tally(dossier)),
    ]
    return f"| {' | '.join(cells)} |"


def _reasons(verdict: Verdict) -> list[str]:
    worse = [item for item in items(verdict) if item.decision.level in (Level.DENY, Level.UNDECIDED)]
    lines = ["", f"### {cell(model(verdict.dossier.snapshot))}", "", "| Level | Why | Where | What |"]
    lines.append("| --- | --- | --- | --- |")
    for item in worse[:_ROWS]:
        where = cell(place(item.evidence)) if item.evidence else ""
        waived = f" (waived by {cell(item.decision.waiver)})" if item.decision.waiver else ""
        lines.append(f"| {item.decision.level.value}{waived} | {cell(item.subject)} | {where} | {cell(item.message)} |")
    if worse[_ROWS:]:
        lines += ["", f"and {len(worse[_ROWS:])} more reasons."]
    return lines


def cell(text: str) -> str:
    """Text that Markdown and HTML leave alone."""
    escaped = safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]()#+!|~@:])", lambda match: f"&#{ord(match[0])};", escaped)
