"""`[coverage]`: what becomes of bytes nobody looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from verifier.policy._case import Case
from verifier.policy._table import Table
from verifier.records import Artifact, Coverage, CoverageState, Decision, Level

GAPS = tuple(state for state in CoverageState if not state.clean)


@dataclass(frozen=True, slots=True)
class Gaps:
    """Levels of gaps.

    Args:
        levels: level of each state of coverage that is not clean.
    """

    levels: Mapping[CoverageState, Level]

    @classmethod
    def read(cls, policy: Table) -> Gaps:
        """From the whole policy."""
        table = policy.table("coverage")
        levels = {state: table.choice(state, Level, Level.UNDECIDED) for state in GAPS}
        table.close()
        return cls(levels)

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
                yield Decision(f"coverage.{record.state}", self.levels[record.state], record, reason)

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
