"""`[rules]`: levels of single rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from verifier.policy._case import Case
from verifier.policy._keys import LEVELS, Schema
from verifier.policy._section import Section
from verifier.policy._table import Table
from verifier.records import Finding, Level
from verifier.rules import rule_ids

UNUSED = "waiver-unused"
"""About the policy and not about a model: always a note."""


@dataclass(frozen=True, slots=True)
class Rules(Section):
    """Levels of single rules, as `digest-mismatch = "deny"`; they go before their severity's.

    Args:
        levels: by rule id.
    """

    NAME: ClassVar[str] = "rules"
    PRECEDENCE: ClassVar[int] = 3

    levels: Mapping[str, Level]

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy."""
        table = policy.table(cls.NAME)
        table.close(rule_ids() - {UNUSED})
        return cls({name: table.choice(name, Level, Level.DENY) for name in table.all_keys()})

    @classmethod
    def schema(cls) -> Schema:
        """A level by rule id."""
        return {
            "type": "object",
            "description": (cls.__doc__ or "").split("\n")[0],
            "propertyNames": {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
            "additionalProperties": LEVELS,
        }

    def answer(self, finding: Finding, case: Case) -> tuple[str, Level] | None:  # noqa: ARG002 - see Section
        """The rule's own level."""
        found = self.levels.get(finding.rule)
        return None if found is None else (f"rules.{finding.rule}", found)


SECTION = Rules
