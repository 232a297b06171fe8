"""`[sources]`: where a model may come from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from verifier.policy._case import Case
from verifier.policy._table import Table
from verifier.records import Decision, Level, Reference, SourceKind


@dataclass(frozen=True, slots=True)
class Sources:
    """Places and how they must be named.

    Args:
        kinds: the kinds of place allowed; empty allows all.
        pinned: a hub reference must name a commit, and a URL a digest.
    """

    kinds: tuple[str, ...]
    pinned: bool

    @classmethod
    def read(cls, policy: Table) -> Sources:
        """From the whole policy."""
        table = policy.table("sources")
        sources = cls(table.words("kinds", tuple(SourceKind)), table.flag("pinned", default=False))
        table.close()
        return sources

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for a place that is not allowed, and for a name that can mean other bytes tomorrow."""
        reference = case.dossier.snapshot.reference
        if self.kinds and reference.kind not in self.kinds:
            reason = f"the policy takes models from {', '.join(self.kinds)}, not from {reference.kind}"
            yield Decision("sources.kinds", Level.DENY, reference.text, reason)
        if self.pinned and (missing := _unpinned(reference)):
            yield Decision("sources.pinned", Level.DENY, reference.text, f"the policy wants {missing}")


def _unpinned(reference: Reference) -> str:
    if reference.kind is SourceKind.HUB and not re.fullmatch(r"[0-9a-f]{40}", reference.revision or ""):
        return "the commit named: add @ and its 40 hexadecimal digits"
    if reference.kind is SourceKind.URL and reference.sha256 is None:
        return "the file's digest named: add #sha256= and its 64 hexadecimal digits"
    return ""
