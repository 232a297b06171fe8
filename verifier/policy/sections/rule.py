"""`[[rule]]`: rules of one's own, in CEL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from verifier.policy import _keys
from verifier.policy._case import Case
from verifier.policy._keys import Schema, level, text
from verifier.policy._section import Section
from verifier.policy._table import Table
from verifier.records import Decision, Level
from verifier.rules import rule_ids

MOST = 200
"""Rules a policy may have."""


@dataclass(frozen=True, slots=True)
class Custom:
    """One entry."""

    id: str = text("a name in lower case, with hyphens", required=True)
    assert_: str = text("what must be true, in CEL over the fact document (`verify policy facts`)", required=True)
    message: str = text("what is told where it is not", required=True)
    when: str = text("to which models it applies, in CEL; to all where absent")
    level: Level = level("what becomes of a model for which it is not true", Level.DENY)


@dataclass(frozen=True, slots=True)
class Customs(Section):
    """Rules of one's own; they need the extra `model-verify[cel]`.

    Args:
        entries: in the order of the file.
    """

    NAME: ClassVar[str] = "rule"

    entries: tuple[Custom, ...]

    @classmethod
    def read(cls, policy: Table) -> Self:
        """From the whole policy; every expression is compiled."""
        entries: dict[str, Custom] = {}
        for table in policy.tables(cls.NAME):
            entry = _keys.read(Custom, table)
            if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry.id) or entry.id in rule_ids():
                table.fail("id", f"cannot be {entry.id!r}", "Write a name of your own in lower case, with hyphens.")
            if entries.setdefault(entry.id, entry) is not entry:
                table.fail("id", f"{entry.id!r} stands there twice", "Rename one of them.")
            if len(entries) > MOST:
                table.fail("id", f"is one of more than {MOST}", "Remove some.")
            for key, expression in (("when", entry.when), ("assert", entry.assert_)):
                _check(table, key, expression)
        return cls(tuple(entries.values()))

    @classmethod
    def schema(cls) -> Schema:
        """An array of entries."""
        told = (cls.__doc__ or "").split("\n")[0]
        return {"type": "array", "maxItems": MOST, "description": told, "items": _keys.schema(Custom)}

    def decide(self, case: Case) -> Iterator[Decision]:
        """A Decision for each rule that is not true of the model, or cannot be told."""
        if not self.entries:
            return
        from verifier.policy import _cel, facts

        document = _cel.bound(facts.facts(case))
        for entry in self.entries:
            applies = _cel.evaluate(entry.when, document) if entry.when else _cel.Outcome(truth=True)
            holds = _cel.evaluate(entry.assert_, document) if applies.truth else applies
            clause = f"rule.{entry.id}"
            if applies.truth is None or holds.truth is None:
                reason = f"{entry.message} It cannot be told: {applies.reason or holds.reason}."
                yield Decision(clause, _UNKNOWN.get(entry.level, entry.level), case.model, reason)
            elif applies.truth:
                told = "holds" if holds.truth else entry.message
                yield Decision(clause, Level.ALLOW if holds.truth else entry.level, case.model, told)


_UNKNOWN = {Level.DENY: Level.UNDECIDED}


def _check(table: Table, key: str, expression: str) -> None:
    from verifier.policy import _cel

    try:
        if expression:
            _cel.check(expression)
    except _cel.NotInstalledError:
        table.fail(key, "needs an extra that is not installed", "Run: pip install 'model-verify[cel]'")
    except _cel.ExpressionError as error:
        table.fail(key, f"is wrong: {error}", "`verify policy facts` lists what expressions can name.")


SECTION = Customs
