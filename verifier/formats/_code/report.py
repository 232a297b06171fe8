"""Findings about code, one a rule, from what was seen in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verifier.formats._code.judge import Seen
from verifier.records import Artifact, Evidence, Finding, visible

SHOWN = 20
"""Places a finding lists."""

_MESSAGES = {
    "python-hidden-code": "The code hides what it runs: {}.",
    "python-download-and-run": "The code fetches something and runs it: {}.",
    "python-sends-secrets": "The code sends secrets away: {}.",
    "python-changes-startup": "The code changes what the machine runs at its start: {}.",
    "python-acts-on-import": "Importing the file acts at once: {}.",
    "python-reaches-out-on-import": "Importing the file reaches out at once: {}.",
    "python-able-code": "Functions of the file can do more than compute: {}.",
}


def report(artifact: Artifact, seen: Iterable[Seen], how: str) -> Iterator[Finding]:
    """One finding a rule, with its places."""
    places: dict[str, dict[Seen, None]] = {}
    for item in seen:
        places.setdefault(item.rule, {})[item] = None
    for rule, items in places.items():
        found = list(items)
        evidence = tuple(Evidence(artifact.name, f"line {i.line}: {i.what}", how) for i in found[:SHOWN])
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        first = f"line {found[0].line}: {visible(found[0].what, 140)}{more}"
        yield Finding(rule, evidence, _MESSAGES[rule].format(first))
