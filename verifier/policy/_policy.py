"""One policy: its sections, and the decisions they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from verifier.policy import _keys
from verifier.policy._case import Case
from verifier.policy._dependencies import judged
from verifier.policy._section import Section
from verifier.policy._table import Table
from verifier.policy.sections import sections
from verifier.policy.sections.advisories import Advisories
from verifier.policy.sections.behavior import Behavior
from verifier.policy.sections.card import Card
from verifier.policy.sections.coverage import Gaps
from verifier.policy.sections.data import Data, DataSet
from verifier.policy.sections.rules import UNUSED
from verifier.policy.sections.signatures import Signatures
from verifier.policy.sections.signers import Signers
from verifier.policy.sections.waive import Waivers
from verifier.records import Decision, Finding, Level, PolicyIdentity
from verifier.records.canonical import digest_of, to_plain
from verifier.records.terms import Measured
from verifier.records.trust import Signer

S = TypeVar("S", bound=Section)


@dataclass(frozen=True, slots=True)
class Policy:
    """What an organization accepts.

    Args:
        name: as written in the file.
        description: one sentence for people.
        sections: one of each kind.
    """

    name: str
    description: str
    sections: tuple[Section, ...]

    @classmethod
    def read(cls, table: Table) -> Policy:
        """From the whole table.

        Raises:
            PolicyError: it is malformed.
        """
        if table.number("version", 0) != 1:
            table.fail("version", "must be 1", "Write version = 1 at the top of the file.")
        table.settled("extends")
        name = table.text("name", table.document.stem)
        policy = cls(name, table.text("description"), tuple(section.read(table) for section in sections()))
        table.close()
        return policy

    @property
    def identity(self) -> PolicyIdentity:
        """Name and digest, as a verdict carries them."""
        plain = {section.NAME: to_plain(section) for section in self.sections}
        return PolicyIdentity(self.name, digest_of([self.name, self.description, plain]))

    def section(self, kind: type[S]) -> S:
        """The section of that kind."""
        return next(section for section in self.sections if isinstance(section, kind))

    @property
    def asks_for_lineage(self) -> bool:
        """Whether the licenses of base models matter, which are then looked up."""
        return self.section(Card).lineage

    @property
    def asks_for_load(self) -> bool:
        """Whether loading it must have been observed."""
        return Measured.LOAD in self.section(Behavior).require

    @property
    def signers(self) -> tuple[Signer, ...]:
        """Whom it trusts to sign."""
        return self.section(Signers).trusted

    @property
    def revoked(self) -> tuple[str, ...]:
        """Digests of keys, certificates and models that no longer count."""
        return self.section(Signatures).revoked

    @property
    def advisories(self) -> tuple[Advisories, ...]:
        """Where records of known-bad models are kept, if anywhere."""
        return (self.section(Advisories),) if self.section(Advisories).records else ()

    @property
    def data(self) -> tuple[tuple[str, DataSet], ...]:
        """Data sets that lie here, each with its name."""
        return tuple(self.section(Data).entries.items())

    def decisions(self, case: Case) -> frozenset[Decision]:
        """What the sections, and what no file can change, make of a case."""
        made = {self._answer(finding, case) for finding in case.dossier.findings}
        made |= {decision for section in self.sections for decision in section.decide(case)}
        made |= set(judged(case.dependencies))
        gaps, waivers = self.section(Gaps), self.section(Waivers)
        if gaps.undecided is Level.DENY:
            made = {replace(one, level=Level.DENY) if one.level is Level.UNDECIDED else one for one in made}
        stale = {self._answer(finding, case) for finding in waivers.stale(made, case)}
        kept = {*waivers.apply(made, case)}
        return frozenset({*kept, *stale, *gaps.unseen(kept, case)})

    def _answer(self, finding: Finding, case: Case) -> Decision:
        if finding.rule == UNUSED:
            return Decision("waive.unused", Level.NOTE, finding, finding.message)
        ranked = sorted(self.sections, key=lambda section: -section.PRECEDENCE)
        answers = (section.answer(finding, case) for section in ranked)
        return Decision(*next(filter(None, answers)), finding, finding.message)


def defaults() -> Mapping[str, Mapping[str, object] | None]:
    """Sections by name, each with its keys and their defaults; None for one whose entries have names of their own."""
    return {section.NAME: _keys.defaults(section) for section in sections()}
