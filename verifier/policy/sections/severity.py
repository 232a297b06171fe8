"""`[severity]`: what becomes of a finding, by the severity its rule has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from verifier.policy._case import Case
from verifier.policy._keys import level
from verifier.policy._section import Section
from verifier.records import Finding, Level
from verifier.rules import rule


@dataclass(frozen=True, slots=True)
class Severity(Section):
    """What becomes of a finding, by the severity its rule has (`verify rules` lists them)."""

    NAME: ClassVar[str] = "severity"
    PRECEDENCE: ClassVar[int] = 1

    critical: Level = level("loading runs code, or the bytes are not those promised", Level.DENY)
    high: Level = level("crafted, or broken in a way no genuine writer produces", Level.DENY)
    medium: Level = level("whether it is harmful cannot be decided from the file", Level.UNDECIDED)
    low: Level = level("worth knowing", Level.NOTE)
    info: Level = level("worth knowing, and expected in genuine models", Level.NOTE)

    def answer(self, finding: Finding, case: Case) -> tuple[str, Level]:  # noqa: ARG002 - see Section
        """Every finding has a severity."""
        severity = rule(finding.rule).severity.value
        return f"severity.{severity}", getattr(self, severity)


SECTION = Severity
