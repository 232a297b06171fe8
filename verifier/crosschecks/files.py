"""Files that configurations name against those that are there."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from verifier.records import Dossier, Finding, parameters

MISSING = "config-file-missing"
RULES = (MISSING,)

SHOWN = 20
"""Files a finding lists at most."""


def check(dossier: Dossier) -> Iterator[Finding]:
    """Yields what facts of kind `file-reference` (files and folders that a configuration names) name in vain."""
    names = {artifact.name for artifact in dossier.snapshot.artifacts}
    paths = {artifact.path for artifact in dossier.snapshot.artifacts}
    folders = {path[:at] for path in paths for at, letter in enumerate(path) if letter == "/"}
    for fact in dossier.facts:
        if fact.kind == "file-reference" and fact.evidence.artifact in names and isinstance(fact.value, tuple):
            wanted = {normpath(str(path)) for path in fact.value}
            missing = tuple(sorted(wanted - paths - folders))
            if missing:
                message = f"{fact.evidence.artifact} names {missing[0]}, which is not there."
                yield Finding(MISSING, (fact.evidence,), message, parameters(missing=missing[:SHOWN]))
