"""`diff-v1`: what differs, for machines, as canonical bytes; its JSON Schema is `schemas/diff-v1.json`.

`python -m verifier.reports._diff.json > verifier/reports/schemas/diff-v1.json` renews the published one.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

from verifier._version import __version__
from verifier.records import Level, Outcome, Stage, ToolIdentity, Verdict
from verifier.records.canonical import canonical_bytes, to_plain
from verifier.records.delta import Delta
from verifier.records.diff import Diff, Difference
from verifier.reports._diff.words import new_decisions
from verifier.reports._schema import definition

FORMAT = "diff-v1"


@dataclass(frozen=True, slots=True)
class Model:
    """A model as it was compared."""

    id: str
    commit: str | None
    outcome: Outcome
    stage: Stage
    snapshot_digest: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A decision that the first model does not have."""

    level: Level
    clause: str
    reason: str


@dataclass(frozen=True, slots=True)
class Section:
    """Things of a kind that differ."""

    kind: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """The whole report."""

    format: str
    tool: ToolIdentity
    policy: str
    before: Model
    after: Model
    declared: bool
    same: bool
    reasons: tuple[Reason, ...]
    sections: tuple[Section, ...]
    delta: Delta | None
    untold: str


def render(diff: Diff) -> str:
    """The envelope on one line."""
    envelope = Envelope(
        FORMAT,
        ToolIdentity(__version__, diff.after.tool.digest),
        diff.after.policy.name,
        _model(diff.before),
        _model(diff.after),
        diff.declared,
        diff.same,
        tuple(Reason(one.level, one.clause, one.reason) for one in new_decisions(diff)),
        tuple(Section(*section) for section in diff.sections),
        diff.delta,
        diff.untold,
    )
    return canonical_bytes(to_plain(envelope)).decode("ascii") + "\n"


def _model(verdict: Verdict) -> Model:
    snapshot = verdict.dossier.snapshot
    return Model(snapshot.id, snapshot.commit, verdict.outcome, verdict.stage, verdict.snapshot_digest)


def schema() -> str:
    """The JSON Schema, as it stands in the package."""
    return json.dumps(definition(Envelope, "urn:model-verify:diff-v1", f"Difference, format {FORMAT}"), indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema())
