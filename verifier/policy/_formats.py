"""`[formats]`: what kinds of file a model may consist of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from verifier.policy._case import Case
from verifier.policy._table import Table
from verifier.records import CoverageState, Decision, Level

_READ = frozenset({CoverageState.INSPECTED, CoverageState.DATA, CoverageState.PARTIAL})
"""States only a format's module gives to a member."""


@dataclass(frozen=True, slots=True)
class Formats:
    """Formats by id, of files and of what containers hold.

    Args:
        allow: the only ones allowed; empty allows all.
        deny: those forbidden.
    """

    allow: tuple[str, ...]
    deny: tuple[str, ...]

    @classmethod
    def read(cls, policy: Table, known: Collection[str] | None) -> Formats:
        """From the whole policy.

        Args:
            policy: the policy's table.
            known: ids there are; None leaves the words unchecked.
        """
        table = policy.table("formats")
        formats = cls(table.words("allow", known), table.words("deny", known))
        table.close()
        if both := sorted({*formats.allow} & {*formats.deny}):
            table.fail("deny", f"names {both[0]!r}, which formats.allow allows", "Keep one of the two.")
        return formats

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each forbidden format of each artifact."""
        for name, formats in _formats(case).items():
            for found in sorted(formats):
                if found in self.deny:
                    yield Decision("formats.deny", Level.DENY, name, f"{name}: the policy forbids {found} files")
                elif self.allow and found not in self.allow:
                    yield Decision("formats.allow", Level.DENY, name, f"{name}: the policy allows no {found} files")


def _formats(case: Case) -> Mapping[str, set[str]]:
    """Formats of each artifact: of a file as recognized, of a member as inspected; "not my format" takes one back."""
    found = {artifact.name: {*artifact.formats} for artifact in case.dossier.snapshot.artifacts}
    files = frozenset(found)
    for record in case.dossier.coverage:
        module = record.how.partition("/")[0]
        if record.artifact not in files and "!" in record.artifact and record.state in _READ:
            found.setdefault(record.artifact, set()).add(module)
        elif record.artifact in files and record.state is CoverageState.UNKNOWN:
            found[record.artifact].discard(module)
    return found
