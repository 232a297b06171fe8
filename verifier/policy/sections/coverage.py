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
        """A Decision for each gap, and for bytes without a record of inspection, which no policy can allow."""
        for records in case.coverage.values():
            yield from self._gaps(records)
        for artifact in case.dossier.snapshot.artifacts:
            yield from self._unrecorded(artifact, case.coverage.get(artifact.name, ()))

    def unseen(self, decisions: Iterable[Decision], case: Case) -> Iterator[Decision]:
        """A Decision where nothing of the model was seen and all that says so would let it pass.

        It is not for a policy to allow: none accepts what was never looked at, unless somebody set aside every gap.

        Args:
            decisions: all others, with the waivers that cover them.
            case: the same as theirs.
        """
        gaps = [decision for decision in decisions if decision.clause.startswith(f"{self.NAME}.")]
        counting = any(gap.waiver is None and gap.level in (Level.DENY, Level.UNDECIDED) for gap in gaps)
        names = {artifact.name for artifact in case.dossier.snapshot.artifacts}
        seen = any(record.state.clean for name in names for record in case.coverage.get(name, ()))
        set_aside = bool(names) and all(gap.waiver is not None for gap in gaps)
        if not (seen or counting or set_aside):
            reason = "none of its files could be inspected" if names else "it holds no files"
            yield Decision("coverage.nothing-inspected", self.undecided, case.dossier.snapshot.id, reason)

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
