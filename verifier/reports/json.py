"""`json-v1`: verdicts for machines, as canonical bytes in a versioned envelope.

The same verdicts give the same bytes. Fields are only ever added within `json-v1`; its JSON Schema is
`schemas/json-v1.json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from verifier._version import __version__
from verifier.records import Decision, Verdict
from verifier.records.canonical import Plain, canonical_bytes, to_plain
from verifier.reports._failure import Failure

FORMAT = "json-v1"


def render(
    verdicts: Sequence[Verdict],
    *,
    failures: Sequence[Failure] = (),
    color: bool = False,  # noqa: ARG001 - for people only
    width: int = 100,  # noqa: ARG001
    verbose: int = 0,  # noqa: ARG001
) -> str:
    """The envelope `{"errors", "format", "tool", "verdicts"}` on one line."""
    envelope: Plain = {
        "format": FORMAT,
        "tool": {"name": "model-verify", "version": __version__},
        "verdicts": [verdict_plain(verdict) for verdict in verdicts],
        "errors": to_plain(tuple(failures)),
    }
    return canonical_bytes(envelope).decode("ascii") + "\n"


def verdict_plain(verdict: Verdict) -> Plain:
    """A verdict as plain data; what a decision cites names its kind under `record`."""
    plain = cast(dict[str, Plain], to_plain(verdict))
    plain["decisions"] = [_decision(decision) for decision in verdict.decisions]
    plain["dependencies"] = [verdict_plain(dependency) for dependency in verdict.dependencies]
    return plain


def _decision(decision: Decision) -> Plain:
    plain = cast(dict[str, Plain], to_plain(decision))
    cited = plain["cites"]
    kind = type(decision.cites).__name__.lower()
    plain["cites"] = {"record": kind, **cited} if isinstance(cited, dict) else {"record": "name", "name": cited}
    return plain
