"""`[integrity]`: what becomes of bytes that are not those somebody promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from verifier.policy._case import Case
from verifier.policy._keys import level
from verifier.policy._section import Section
from verifier.records import Decision, Level, Result


@dataclass(frozen=True, slots=True)
class Integrity(Section):
    """Digests the source, the cache or the reference promises."""

    NAME: ClassVar[str] = "integrity"

    mismatch: Level = level("other bytes than promised; no policy can weaken this", Level.DENY, (Level.DENY,))

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each digest the bytes contradict."""
        for comparison in case.dossier.comparisons:
            if comparison.kind == "digest" and comparison.result is Result.CONTRADICTED:
                yield Decision("integrity.mismatch", self.mismatch, comparison, comparison.reason)


SECTION = Integrity
