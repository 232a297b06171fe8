"""`[formats]`: what kinds of file a model may consist of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from verifier.policy._case import Case
from verifier.policy._keys import words
from verifier.policy._section import Section
from verifier.policy._table import Table
from verifier.records import Decision, Level


@dataclass(frozen=True, slots=True)
class Formats(Section):
    """What a model may consist of: formats of files and of what containers hold."""

    NAME: ClassVar[str] = "formats"
    WAIVABLE: ClassVar[tuple[str, ...]] = ("allow", "deny")

    allow: tuple[str, ...] = words("the only formats allowed; empty allows all")
    deny: tuple[str, ...] = words("formats forbidden")

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy; its `formats` are the words there are."""
        table = policy.table(cls.NAME)
        formats = cls(table.words("allow", policy.formats), table.words("deny", policy.formats))
        table.close()
        if both := sorted({*formats.allow} & {*formats.deny}):
            table.fail("deny", f"names {both[0]!r}, which formats.allow allows", "Keep one of the two.")
        return formats

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each forbidden format of each artifact."""
        for name, formats in case.formats.items():
            for found in sorted(formats):
                if found in self.deny:
                    yield Decision("formats.deny", Level.DENY, name, f"{name}: the policy forbids {found} files")
                elif self.allow and found not in self.allow:
                    yield Decision("formats.allow", Level.DENY, name, f"{name}: the policy allows no {found} files")


SECTION = Formats
