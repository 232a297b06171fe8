"""What a policy's sections judge, and how they say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol

from verifier.records import Coverage, CoverageState, Decision, Dossier, Verdict
from verifier.records.canonical import canonical_bytes, to_plain


@dataclass(frozen=True)
class Case:
    """Everything a decision may depend on.

    Args:
        dossier: what is known of the snapshot.
        dependencies: verdicts of the repositories it loads.
        today: the one clock.
    """

    dossier: Dossier
    dependencies: tuple[Verdict, ...]
    today: date

    @cached_property
    def coverage(self) -> Mapping[str, tuple[Coverage, ...]]:
        """Coverage that counts, by artifact name.

        A module's "not my format" counts only where nobody else stands for the artifact, and then once.
        """
        by_name: dict[str, list[Coverage]] = {}
        for record in self.dossier.coverage:
            by_name.setdefault(record.artifact, []).append(record)
        return {name: _merged(records) for name, records in by_name.items()}


def _merged(records: list[Coverage]) -> tuple[Coverage, ...]:
    known = tuple(record for record in records if record.state is not CoverageState.UNKNOWN)
    return known or (min(records, key=lambda record: canonical_bytes(to_plain(record))),)


class Section(Protocol):
    """A part of a policy: what it reads from TOML it decides by."""

    def decide(self, case: Case) -> Iterator[Decision]:
        """Yields a Decision, with its reason, for each thing this section judges."""
