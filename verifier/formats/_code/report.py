"""Findings about code, one a rule, from what was seen in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from verifier.errors import BudgetExceeded
from verifier.formats._code.judge import Seen, judge
from verifier.formats._code.scopes import Program
from verifier.formats._context import Budget
from verifier.records import Artifact, Evidence, Finding, visible

_COST: Final = 1000
"""Steps that something seen counts for."""

SHOWN = 20
"""Places a finding lists."""

_MESSAGES = {
    "python-hidden-code": "The code hides what it runs: {}.",
    "python-download-and-run": "The code fetches something and runs it: {}.",
    "python-sends-secrets": "The code sends secrets away: {}.",
    "python-changes-startup": "The code changes what the machine runs at its start: {}.",
    "python-acts-on-import": "Importing the file acts at once: {}.",
    "python-reaches-out-on-import": "Importing the file reaches out at once: {}.",
    "python-able-code": "Functions of the file can do more than compute: {}.",
}


def charged(program: Program, budget: Budget) -> Iterator[Seen]:
    """What a program does, at the price of looking.

    Raises:
        BudgetExceeded: as judging does, or the budget is spent.
    """
    for item in judge(program):
        budget.spend_steps(_COST)
        yield item


def report(artifact: Artifact, seen: Iterable[Seen], how: str) -> Iterator[Finding]:
    """One finding a rule, with its places.

    Raises:
        BudgetExceeded: looking for more did, after what was found before is yielded.
    """
    places: dict[str, dict[Seen, None]] = {}
    limit: BudgetExceeded | None = None
    try:
        for item in seen:
            places.setdefault(item.rule, {})[item] = None
    except BudgetExceeded as error:
        limit = error
    for rule, items in places.items():
        found = list(items)
        evidence = tuple(Evidence(artifact.name, f"line {i.line}: {i.what}", how) for i in found[:SHOWN])
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        first = f"line {found[0].line}: {visible(found[0].what, 140)}{more}"
        yield Finding(rule, evidence, _MESSAGES[rule].format(first))
    if limit is not None:
        raise limit
