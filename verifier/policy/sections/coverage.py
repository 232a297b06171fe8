"""`[coverage]`: what becomes of bytes nobody looked at, and what "undecided" means here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from verifier.policy._case import Case
from verifier.policy._keys import level
from verifier.policy._section import Section
from verifier.records import Artifact, Coverage, Decision, Level


@dataclass(frozen=True, slots=True)
class Gaps(Section):
    """What becomes of bytes that were not inspected."""

    NAME: ClassVar[str] = "coverage"
    WAIVABLE: ClassVar[tuple[str, ...]] = ("error", "limit-hit", "not-fetched", "partial", "unknown-format")

    partial: Level = level("part of a file was inspected", Level.UNDECIDED)
    unknown_format: Level = level("no inspector knows what the file is", Level.UNDECIDED)
    not_fetched: Level = level("the source did not give the file", Level.UNDECIDED)
    limit_hit: Level = level("a limit on depth, count, bytes or time ran out", Level.UNDECIDED)
    error: Level = level("the file contradicts its format, or an inspector failed", Level.UNDECIDED)
    undecided: Level = level(
        "what becomes of everything left undecided, by whatever clause", Level.UNDECIDED, (Level.UNDECIDED, Level.DENY)
    )

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each gap, for bytes without a record of inspection, and for a model nothing of which was seen.

        The last two are not for a policy to allow: none accepts what was never looked at. The last is told only where
        the others would let it pass.
        """
        artifacts = case.dossier.snapshot.artifacts
        decided = [decision for records in case.coverage.values() for decision in self._gaps(records)]
        for artifact in artifacts:
            decided += self._unrecorded(artifact, case.coverage.get(artifact.name, ()))
        yield from decided
        names = {artifact.name for artifact in artifacts}
        seen = any(record.state.clean for name in names for record in case.coverage.get(name, ()))
        if not seen and all(decision.level in (Level.NOTE, Level.ALLOW) for decision in decided):
            reason = "none of its files could be inspected" if artifacts else "it holds no files"
            yield Decision("coverage.nothing-inspected", Level.UNDECIDED, case.dossier.snapshot.id, reason)

    def _gaps(self, records: Iterable[Coverage]) -> Iterator[Decision]:
        for record in records:
            if not record.state.clean:
                reason = f"{record.artifact}: {record.reason}"
                yield Decision(
                    f"coverage.{record.state}", getattr(self, record.state.replace("-", "_")), record, reason
                )

    def _unrecorded(self, artifact: Artifact, records: tuple[Coverage, ...]) -> Iterator[Decision]:
        if not records:
            reason = f"{artifact.name}: there is no record of its inspection"
            yield Decision("coverage.unrecorded", Level.UNDECIDED, artifact.name, reason)
        elif gap := _hole(artifact.size, records):
            reason = f"{artifact.name}: bytes {gap[0]} to {gap[1]} are in no record of inspection"
            yield Decision("coverage.unrecorded", Level.UNDECIDED, artifact.name, reason)


def _hole(size: int, records: Iterable[Coverage]) -> tuple[int, int] | None:
    """The first byte range, start and end, of a file that no record speaks of."""
    ranges = sorted(
        (record.offset, size if record.length is None else record.offset + record.length) for record in records
    )
    reached = 0
    for start, end in (*ranges, (size, size)):
        if min(start, size) > reached:
            return reached, min(start, size)
        reached = max(reached, end)
    return None


SECTION = Gaps
