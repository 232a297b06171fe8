"""What a policy's sections judge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property

from verifier.records import Asserter, Coverage, CoverageState, Digest, Dossier, Stage, Verdict
from verifier.records.canonical import canonical_bytes, to_plain

_READ = frozenset({CoverageState.INSPECTED, CoverageState.DATA, CoverageState.PARTIAL})
"""States only a format's module gives to a member."""


@dataclass(frozen=True)
class Case:
    """Everything a decision may depend on.

    Args:
        dossier: what is known of the snapshot.
        dependencies: verdicts of the repositories it loads.
        stage: what the snapshot's digests are.
        today: the one clock.
    """

    dossier: Dossier
    dependencies: tuple[Verdict, ...]
    stage: Stage
    today: date

    @property
    def model(self) -> str:
        """The model's canonical name: hub id, absolute path or URL."""
        return self.dossier.snapshot.id

    @cached_property
    def coverage(self) -> Mapping[str, tuple[Coverage, ...]]:
        """Coverage that counts, by artifact name.

        A module's "not my format" counts only where nobody else stands for the artifact, and then once.
        """
        by_name: dict[str, list[Coverage]] = {}
        for record in self.dossier.coverage:
            by_name.setdefault(record.artifact, []).append(record)
        return {name: _merged(records) for name, records in by_name.items()}

    @cached_property
    def formats(self) -> Mapping[str, set[str]]:
        """Formats by artifact name: of a file as recognized, of a member as inspected.

        "Not my format" takes one back.
        """
        found = {artifact.name: {*artifact.formats} for artifact in self.dossier.snapshot.artifacts}
        files = frozenset(found)
        for record in self.dossier.coverage:
            module = record.how.partition("/")[0]
            if record.artifact not in files and "!" in record.artifact and record.state in _READ:
                found.setdefault(record.artifact, set()).add(module)
            elif record.artifact in files and record.state is CoverageState.UNKNOWN:
                found[record.artifact].discard(module)
        return found


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name is one of the patterns; `*` stands for any text, and case counts."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def sha256(digests: Iterable[Digest]) -> set[str]:
    """A file's SHA-256: as computed; as claimed where it was not."""
    found = [digest for digest in digests if digest.algorithm == "sha256"]
    computed = {digest.value for digest in found if digest.by is Asserter.COMPUTED}
    return computed or {digest.value for digest in found}


def _merged(records: list[Coverage]) -> tuple[Coverage, ...]:
    known = tuple(record for record in records if record.state is not CoverageState.UNKNOWN)
    return known or (min(records, key=lambda record: canonical_bytes(to_plain(record))),)
