"""Workflow commands that GitHub Actions shows as annotations (docs: "Workflow commands for GitHub Actions")."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from verifier.records import Level, Verdict
from verifier.reports._failure import Failure
from verifier.reports._view import closure, items, model, place, safe

_COMMAND = {Level.DENY: "error", Level.UNDECIDED: "warning"}
_SHOWN = 10
"""Annotations of one kind GitHub shows a step."""


def render(
    verdicts: Sequence[Verdict],
    *,
    failures: Sequence[Failure] = (),
    color: bool = False,  # noqa: ARG001 - for terminals only
    width: int = 100,  # noqa: ARG001
    verbose: int = 0,  # noqa: ARG001
) -> str:
    """The worst reasons of each kind, as one annotation each."""
    lines = [_command("error", f"no verdict on {one.reference}", f"{one.message} {one.next_step}") for one in failures]
    annotated = [one for verdict in verdicts for root in closure(verdict) for one in _annotations(root)]
    for level, command in _COMMAND.items():
        lines += [_command(command, title, text) for at, title, text in annotated if at is level][:_SHOWN]
    return "".join(f"{line}\n" for line in lines)


def _annotations(verdict: Verdict) -> Iterator[tuple[Level, str, str]]:
    name = model(verdict.dossier.snapshot)
    for item in items(verdict):
        if item.decision.level in _COMMAND and not item.decision.waiver:
            where = f"{place(item.evidence)}: " if item.evidence else ""
            yield item.decision.level, f"{verdict.outcome.value}: {item.subject}", f"{name}: {where}{item.message}"


def _command(command: str, title: str, text: str) -> str:
    quoted = safe(title).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{command} title={quoted}::{safe(text.strip()).replace('%', '%25')}"
