"""`[[waive]]`: what somebody set aside, for one model, with a reason and an end."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar, Self

from verifier.policy import _keys
from verifier.policy._case import Case, matches, sha256
from verifier.policy._keys import Schema, day, text
from verifier.policy._section import Section
from verifier.policy._table import Table, near
from verifier.policy.sections.rules import UNUSED
from verifier.records import Decision, Evidence, Finding, Level
from verifier.records.canonical import snapshot_digest
from verifier.rules import rule_ids

LONGEST = timedelta(days=366)
"""How far ahead a waiver may end: somebody looks at it once a year."""

EXPIRED = "waiver-expired"

RULES = (EXPIRED, UNUSED)
"""What a policy finds of itself."""

NEVER = frozenset({"digest-mismatch", UNUSED, EXPIRED})
"""Rules no waiver sets aside."""

HOW = "policy/1"


@dataclass(frozen=True, slots=True)
class Waiver:
    """One entry."""

    rule: str = text("id of a rule, or a clause as `coverage.unknown-format`", required=True)
    reason: str = text("why it may be set aside", required=True)
    owner: str = text("who says so", required=True)
    expires: date = day("its last day, at most a year ahead")
    model: str = text("the models meant: hub id, path or URL, perhaps with @commit; `*` stands for any text")
    digest: str = text("SHA-256 of the file meant, or digest of the whole snapshot as verdicts show it")

    @property
    def label(self) -> str:
        """As a waived decision names it."""
        return f"{self.owner} until {self.expires}: {self.reason}"

    def names(self, case: Case) -> bool:
        """Whether it is about this model at all."""
        snapshot = case.dossier.snapshot
        pinned = f"{snapshot.id}@{snapshot.commit}"
        about = not self.model or matches(snapshot.id, [self.model]) or matches(pinned, [self.model])
        return about and (not self.digest or self._whole(case) or bool(self._files(case)))

    def sets_aside(self, decision: Decision, case: Case) -> bool:
        """Whether it covers a decision about the model it names."""
        cited = decision.cites
        subject = cited.rule if isinstance(cited, Finding) else decision.clause
        if subject != self.rule or decision.level not in (Level.DENY, Level.UNDECIDED):
            return False
        return not self.digest or self._whole(case) or decision.artifact.partition("!")[0] in self._files(case)

    def _whole(self, case: Case) -> bool:
        return self.digest == snapshot_digest(case.dossier.snapshot)

    def _files(self, case: Case) -> Collection[str]:
        return {
            artifact.name for artifact in case.dossier.snapshot.artifacts if self.digest in sha256(artifact.digests)
        }


@dataclass(frozen=True, slots=True)
class Waivers(Section):
    """What somebody set aside; `verify waive` writes them. A waived item stays in the report.

    Args:
        entries: in the order of the file.
    """

    NAME: ClassVar[str] = "waive"

    entries: tuple[Waiver, ...]

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy."""
        own = {f"rule.{table.text('id')}" for table in policy.tables("rule")}
        known = waivable() | own
        return cls(tuple(_entry(table, known) for table in policy.tables(cls.NAME)))

    @classmethod
    def schema(cls) -> Schema:
        """An array of entries."""
        told = (cls.__doc__ or "").split("\n")[0]
        return {"type": "array", "description": told, "items": _keys.schema(Waiver)}

    def apply(self, decisions: Iterable[Decision], case: Case) -> Iterator[Decision]:
        """The decisions, those that a waiver in force covers naming it."""
        waivers = [entry for entry in self.entries if entry.expires >= case.today and entry.names(case)]
        for decision in decisions:
            labels = sorted(entry.label for entry in waivers if entry.sets_aside(decision, case))
            yield replace(decision, waiver=labels[0]) if labels else decision

    def stale(self, decisions: Collection[Decision], case: Case) -> Iterator[Finding]:
        """A Finding for each waiver about this model that has ended, or that sets nothing aside."""
        for entry in self.entries:
            if not entry.names(case):
                continue
            place = (Evidence(".", f"waiver of {entry.rule}", HOW),)
            said = f"The waiver of {entry.rule} by {entry.owner} ({entry.reason})"
            if entry.expires < case.today:
                yield Finding(EXPIRED, place, f"{said} ended on {entry.expires}.")
            elif not any(entry.sets_aside(decision, case) for decision in decisions):
                yield Finding(UNUSED, place, f"{said} sets nothing aside any more.")


def waivable() -> frozenset[str]:
    """Rules and clauses a waiver may name, beside the policy's own rules."""
    from verifier.policy.sections import sections  # which imports this module

    return (rule_ids() - NEVER) | {f"{section.NAME}.{clause}" for section in sections() for clause in section.WAIVABLE}


def _entry(table: Table, known: Collection[str]) -> Waiver:
    entry = _keys.read(Waiver, table)
    if entry.rule in NEVER:
        table.fail("rule", f"cannot be {entry.rule!r}, which no policy can weaken", "Remove the waiver.")
    if entry.rule not in known:
        table.fail("rule", f"does not take {entry.rule!r}", near(entry.rule, known))
    if not entry.model and not entry.digest:
        table.fail("model", "is missing", "A waiver names a model or a digest.")
    if entry.digest and not re.fullmatch(r"[0-9a-f]{64}", entry.digest):
        table.fail("digest", f"takes 64 lower-case hexadecimal digits, not {entry.digest[:80]!r}")
    if entry.expires > table.today + LONGEST:
        latest = table.today + LONGEST
        table.fail("expires", "is more than a year away", f"Write {latest} or a day before it.")
    return entry


SECTION = Waivers
