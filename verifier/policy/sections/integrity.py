"""`[integrity]`: what becomes of bytes that are not those somebody promised, and of what `models.lock` does not pin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from verifier.policy._case import Case
from verifier.policy._keys import choice, level
from verifier.policy._section import Section
from verifier.records import Asserter, Comparison, Decision, Level, Result


class Need(StrEnum):
    """Whether something must be there."""

    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Integrity(Section):
    """Digests the source, the cache, the lock or the reference promises, and whether the lock must have them."""

    NAME: ClassVar[str] = "integrity"
    WAIVABLE: ClassVar[tuple[str, ...]] = ("lock",)

    mismatch: Level = level("other bytes than promised; no policy can weaken this", Level.DENY, (Level.DENY,))
    lock: Need = choice(
        "whether models.lock must pin the model, every file of it: optional, required", Need, Need.OPTIONAL
    )
    unlocked: Level = level(
        "a model, or a file, that must be pinned and is not", Level.DENY, (Level.DENY, Level.UNDECIDED)
    )

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each digest the bytes contradict, and for what the lock had to pin and does not."""
        for comparison in case.dossier.comparisons:
            if comparison.kind == "digest" and comparison.result is Result.CONTRADICTED:
                yield Decision("integrity.mismatch", self.mismatch, comparison, comparison.reason)
        said = {claim.kind: claim.value for claim in case.dossier.claims if claim.who == Asserter.LOCK}
        if self.lock is Need.REQUIRED and "lock" not in said:
            commit = said.get("locked-commit")
            elsewhere = f"pins it at another commit, {commit}" if commit else "does not pin it"
            yield from self._pinned(case, f"the policy wants it pinned, and models.lock {elsewhere}")

    def _pinned(self, case: Case, otherwise: str) -> Iterator[Decision]:
        """What is pinned and what is not, file by file; `otherwise` is why nothing is."""
        pinned = {c.subject: c for c in case.dossier.claims if c.kind == "digest" and c.who == Asserter.LOCK}
        names = [artifact.name for artifact in case.dossier.snapshot.artifacts]
        if not pinned:
            yield Decision("integrity.lock", self.unlocked, case.model, otherwise)
            return
        found = [
            Decision("integrity.lock", self.unlocked, name, f"{name}: models.lock pins the model without it")
            for name in names
            if name not in pinned
        ]
        found += [
            Decision("integrity.lock", self.unlocked, pinned[name], f"{name}: models.lock pins it, and it is not there")
            for name in sorted(pinned.keys() - {*names})
        ]
        found += [
            Decision("integrity.lock", Level.UNDECIDED, one, f"{name}: models.lock pins it, but {one.reason}")
            for one in case.dossier.comparisons
            if (name := _unread(one)) in names
        ]
        yield from found or [Decision("integrity.lock", Level.ALLOW, case.model, "models.lock pins every file of it")]


def _unread(comparison: Comparison) -> str:
    """The file whose locked digest could be held against nothing; empty for none."""
    claim = comparison.claim
    open_ = comparison.kind == "digest" and comparison.result is Result.INCONCLUSIVE
    return claim.subject if open_ and claim is not None and claim.who == Asserter.LOCK else ""


SECTION = Integrity
