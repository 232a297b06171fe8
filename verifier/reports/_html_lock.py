"""What changed since the commit that models.lock has: the lock's claims against the files that are here."""

from __future__ import annotations

from collections.abc import Iterator

from verifier.records import Asserter, Dossier
from verifier.reports._html import code, table

KINDS = frozenset({"lock", "locked-commit", "locked-file"})
"""Kinds of claims that are told here."""


def section(dossier: Dossier) -> str:
    """Locked commit beside this one, and the files that differ; empty where the lock says nothing of the model."""
    said = {claim.kind: str(claim.value) for claim in dossier.claims if claim.who == Asserter.LOCK}
    if "lock" in said:
        return "<h3>Since it was locked</h3>\n<p>This run writes models.lock.</p>\n"
    if "locked-commit" not in said:
        return ""
    locked, here = said["locked-commit"], dossier.snapshot.commit
    if locked == here:
        return f"<h3>Since it was locked</h3>\n<p>It is at the locked commit, {code(locked)}.</p>\n"
    rows = [(code(path), what) for path, what in _changes(dossier)]
    told = table(("file", "change"), rows, "changes") if rows else "<p>No file differs.</p>\n"
    this = f"this is {code(here)}" if here else "this has no commit"
    return f"<h3>Since it was locked</h3>\n<p>Locked is {code(locked)}, {this}.</p>\n{told}"


def _changes(dossier: Dossier) -> Iterator[tuple[str, str]]:
    """Yields paths that are new, gone, other, or whose bytes have not been hashed here."""
    before = {claim.subject: claim.value for claim in dossier.claims if claim.kind == "locked-file"}
    after: dict[str, set[object]] = {artifact.path: set() for artifact in dossier.snapshot.artifacts}
    for artifact in dossier.snapshot.artifacts:
        after[artifact.path] |= {one.value for one in artifact.digests if one.algorithm == "sha256"}
    for fact in dossier.facts:
        if fact.kind == "digest" and isinstance(fact.value, tuple) and fact.value[:1] == ("sha256",):
            after.setdefault(fact.evidence.artifact, set()).add(fact.value[1])
    for path in sorted(before.keys() | after.keys()):
        if path not in before:
            yield path, "added"
        elif path not in after:
            yield path, "removed"
        elif not after[path]:
            yield path, "not hashed here, and the hub tells no SHA-256"
        elif before[path] not in after[path]:
            yield path, "changed"
