"""`[severity]`, `[rules]` and `[symbols]`: what becomes of a finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from verifier.policy._case import Case
from verifier.policy._symbols import Symbols
from verifier.policy._table import Table
from verifier.records import Decision, Level
from verifier.rules import Severity, rule, rule_ids

DEFAULT = {
    Severity.CRITICAL: Level.DENY,
    Severity.HIGH: Level.DENY,
    Severity.MEDIUM: Level.UNDECIDED,
    Severity.LOW: Level.NOTE,
    Severity.INFO: Level.NOTE,
}


@dataclass(frozen=True, slots=True)
class Findings:
    """Levels of findings.

    Args:
        severity: level of each severity.
        rules: level of single rules, which goes before their severity's.
        symbols: what was reviewed here, which goes before both.
    """

    severity: Mapping[Severity, Level]
    rules: Mapping[str, Level]
    symbols: Symbols

    @classmethod
    def read(cls, policy: Table) -> Findings:
        """From the whole policy."""
        severity, rules = policy.table("severity"), policy.table("rules")
        levels = {kind: severity.choice(kind, Level, DEFAULT[kind]) for kind in Severity}
        severity.close()
        single = {name: rules.choice(name, Level, Level.DENY) for name in rules.keys(rule_ids())}
        return cls(levels, single, Symbols.read(policy))

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each finding."""
        for finding in case.dossier.findings:
            if self.symbols.answers(finding):
                clause, level = f"symbols.{dict(finding.parameters)['symbol']}", Level.NOTE
            elif finding.rule in self.rules:
                clause, level = f"rules.{finding.rule}", self.rules[finding.rule]
            else:
                severity = rule(finding.rule).severity
                clause, level = f"severity.{severity}", self.severity[severity]
            yield Decision(clause, level, finding, finding.message)
