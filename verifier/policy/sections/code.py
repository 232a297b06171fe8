"""`[code]`: what becomes of code that comes with a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from verifier.policy import _keys
from verifier.policy._case import Case, matches
from verifier.policy._keys import maybe_level, words
from verifier.policy._section import Section
from verifier.policy._table import Table
from verifier.records import Decision, EdgeKind, Finding, Level

REMOTE = frozenset({"code-runs-on-load", "config-foreign-module", "config-remote-code"})
"""Rules about Python of a repository that loading the model would run, where the loader is told to trust it.

What that code does has rules of its own: trusting a place says nothing about a file that sends secrets.
"""

EXECUTABLES = frozenset({"native-executable", "script-disguised", "xml-native-library"})
"""Rules about programs, libraries and scripts."""


@dataclass(frozen=True, slots=True)
class Code(Section):
    """Code that comes with a model; absent keys leave it to the rules' severities."""

    NAME: ClassVar[str] = "code"
    PRECEDENCE: ClassVar[int] = 2
    WAIVABLE: ClassVar[tuple[str, ...]] = ("remote", "remote-from")

    remote: Level | None = maybe_level("Python of a repository that loading the model would run")
    remote_from: tuple[str, ...] = words('models whose remote code is accepted, as "our-org/*"; others\' is denied')
    executables: Level | None = maybe_level("programs, libraries and disguised scripts")

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy."""
        code = _keys.read(cls, table := policy.table(cls.NAME))
        if code.remote_from and code.remote not in (None, Level.DENY):
            table.fail("remote", "is not deny, so that remote-from means nothing", 'Write remote = "deny".')
        return code

    def answer(self, finding: Finding, case: Case) -> tuple[str, Level] | None:
        """The level of code from elsewhere, and of programs."""
        if finding.rule in EXECUTABLES and self.executables is not None:
            return "code.executables", self.executables
        if finding.rule not in REMOTE:
            return None
        if self.remote_from:
            return "code.remote-from", Level.NOTE if matches(case.model, self.remote_from) else Level.DENY
        return None if self.remote is None else ("code.remote", self.remote)

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each other repository whose code loading the model would run."""
        for target in sorted({edge.target for edge in case.dossier.edges if edge.kind is EdgeKind.LOADS_CODE}):
            reason = f"loading the model runs code of {target}"
            if self.remote_from and not matches(target, self.remote_from):
                yield Decision("code.remote-from", Level.DENY, target, f"{reason}, whose code the policy does not take")
            elif self.remote is not None and not self.remote_from:
                yield Decision("code.remote", self.remote, target, reason)


SECTION = Code
